namespace LarkService.Data.Audit;

/// <summary>What happened, before it has its place in the log.</summary>
/// <param name="Actor">Who did it: a caller's id, <c>user</c>, <c>platform</c>, <c>operator</c> or <c>service</c>.</param>
/// <param name="Action">See <see cref="AuditActions"/>.</param>
/// <param name="Result">How it ended, one word.</param>
internal sealed record AuditEntry(string Actor, string Action, string Result)
{
    public string? AppId { get; init; }

    /// <summary>On whose behalf.</summary>
    public string? OpenId { get; init; }

    /// <summary>The platform's name for the call.</summary>
    public string? LogId { get; init; }

    /// <summary>Never a token or a secret.</summary>
    public string? Detail { get; init; }
}
