using System.Security.Claims;

namespace LarkService.Platform.Http;

/// <summary>Who calls the REST API.</summary>
internal static class Callers
{
    /// <summary>Claim of a caller for each permission they have.</summary>
    public const string PermissionClaim = "permission";

    /// <summary>
    /// The authenticated caller, as logs and the audit log name it; never the key itself. It stays the same for as long as the
    /// caller exists: <c>bootstrap</c>, <c>key:&lt;id&gt;</c> or <c>account:&lt;id&gt;</c>.
    /// </summary>
    public static string CallerId(this ClaimsPrincipal caller) => caller.Identity?.Name ?? "unknown";
}
