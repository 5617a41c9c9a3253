using System.Security.Claims;

namespace LarkService.Platform.Http;

/// <summary>Who calls the REST API.</summary>
internal static class Callers
{
    /// <summary>The authenticated caller, as logs and the audit log name it; never the key itself.</summary>
    public static string CallerId(this ClaimsPrincipal caller) => caller.Identity?.Name ?? "unknown";
}
