namespace LarkSandbox.Faults;

/// <summary>How a handshake is refused.</summary>
/// <param name="Status">Header <c>Handshake-Status</c>; null = no headers at all, as a gateway in between would answer.</param>
/// <param name="AuthErrCode">Header <c>Handshake-Autherrcode</c>, of use with 514 only.</param>
/// <param name="Msg">Header <c>Handshake-Msg</c>.</param>
/// <param name="Http">The answer's HTTP status.</param>
internal sealed record HandshakeRefusal(int? Status, long? AuthErrCode = null, string Msg = "refused on purpose", int Http = StatusCodes.Status400BadRequest)
{
    public override string ToString() => $"{Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? $"HTTP {Http}"}{(AuthErrCode is { } code ? $", {code}" : "")}";
}
