namespace LarkService.Platform.Http;

/// <summary>What a caller of the REST API may be allowed to do; routes ask for one with <see cref="RequiredCallers.RequirePermission"/>.</summary>
internal static class Permissions
{
    public const string AuthorizationsRead = "authorizations.read";
    public const string AuthorizationsWrite = "authorizations.write";
    public const string GrantsRead = "grants.read";
    public const string GrantsWrite = "grants.write";
    public const string TokensRead = "tokens.read";
    public const string CallsExecute = "calls.execute";
    public const string JobsRead = "jobs.read";
    public const string JobsWrite = "jobs.write";
    public const string EventsManage = "events.manage";
    public const string KeysManage = "keys.manage";
    public const string AccountsManage = "accounts.manage";
    public const string AuditRead = "audit.read";

    public static IReadOnlyList<string> All { get; } =
    [
        AuthorizationsRead, AuthorizationsWrite, GrantsRead, GrantsWrite, TokensRead, CallsExecute, JobsRead, JobsWrite,
        EventsManage, KeysManage, AccountsManage, AuditRead,
    ];
}
