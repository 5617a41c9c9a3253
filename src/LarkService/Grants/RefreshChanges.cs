using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>Tells that a grant's refresh ended in another way than the time before, in the transaction that notes it: the audit log, and whoever listens.</summary>
internal sealed class RefreshChanges(AuditLog audit, OutboxPublisher outbox, TimeProvider clock)
{
    /// <param name="db">The caller's context, with its transaction; the audit log comes last in there.</param>
    /// <param name="grant">As it was before.</param>
    /// <param name="outcome">See <see cref="RefreshResult"/>.</param>
    /// <param name="accessEndsAt">So long the access token serves.</param>
    /// <param name="error">What the platform said.</param>
    /// <param name="detail">For people.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task TellAsync(LarkDbContext db, UserGrant grant, string outcome, DateTimeOffset? accessEndsAt, PlatformError? error, string? detail, CancellationToken ct)
    {
        var changed = new GrantRefreshChanged(grant.AppId, grant.OpenId, grant.RefreshOutcome, outcome, clock.GetUtcNow())
        {
            Code = error is { Code: not 0 } said ? said.Code : null,
            AccessEndsAt = accessEndsAt,
        };
        outbox.Add(db, GrantTopics.RefreshChanged, $"{grant.AppId}/{grant.OpenId}", changed);
        await db.SaveChangesAsync(ct);
        await audit.AppendAsync(db, Entry(grant, outcome, error, detail), ct);
    }

    public void Committed() => outbox.Committed();

    private static AuditEntry Entry(UserGrant grant, string outcome, PlatformError? error, string? detail) => new("service", AuditActions.RefreshOutcomeChanged, outcome)
    {
        AppId = grant.AppId,
        OpenId = grant.OpenId,
        LogId = error?.LogId,
        Detail = $"{grant.RefreshOutcome ?? "first"} -> {outcome}{(detail is null ? "" : $": {detail}")}",
    };
}
