using System.Security.Claims;
using LarkService.Platform.Http;

namespace LarkService.Accounts;

/// <summary>Permissions as they are asked for, given and stored.</summary>
internal static class PermissionList
{
    /// <returns>Null when each of them exists and stands there once.</returns>
    public static string? Fault(IReadOnlyList<string?> permissions)
    {
        foreach (var permission in permissions)
        {
            if (permission is null || !Permissions.All.Contains(permission))
            {
                return $"permissions holds '{Shorten(permission)}', which is none. There are: {string.Join(", ", Permissions.All)}.";
            }
        }

        return permissions.Distinct().Count() < permissions.Count ? "permissions names one more than once: name each once." : null;
    }

    /// <summary>Nobody gives, or takes from others, what they do not have themselves.</summary>
    /// <returns>The first that <paramref name="caller"/> lacks; null: none.</returns>
    public static string? FirstLacking(ClaimsPrincipal caller, IEnumerable<string> permissions) => permissions.FirstOrDefault(p => !caller.HasClaim(Caller.PermissionClaim, p));

    /// <summary>In the order of the documentation, for the database.</summary>
    public static string Write(IReadOnlyCollection<string> permissions) => string.Join(' ', Permissions.All.Where(permissions.Contains));

    /// <summary>Words this version does not know are left out: they give nothing.</summary>
    public static IReadOnlyList<string> Read(string stored) => [.. stored.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(Permissions.All.Contains)];

    private static string? Shorten(string? text) => text is { Length: > 40 } ? text[..40] + "…" : text;
}
