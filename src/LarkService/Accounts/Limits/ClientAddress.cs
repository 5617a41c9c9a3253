using System.Net;

namespace LarkService.Accounts.Limits;

/// <summary>Where a request comes from: its socket's other end, or what a trusted proxy says of it.</summary>
/// <param name="Key">Counts under it.</param>
/// <param name="Text">For the audit log.</param>
internal readonly record struct ClientAddress(LimitKey Key, string Text)
{
    public static ClientAddress Of(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return new(LimitKey.Of(LimitKind.Open, address), Readable(address));
    }

    private static string Readable(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "an unknown address";
}
