namespace LarkService.Realtime;

/// <summary>Knows which callers were let in once and may not call any more.</summary>
internal interface IFormerCallers
{
    /// <returns>Those of <paramref name="callerIds"/> whose key or account is revoked, expired, disabled or gone.</returns>
    Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> callerIds, CancellationToken ct);
}
