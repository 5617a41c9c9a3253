using System.Buffers;
using System.Text.RegularExpressions;

namespace LarkService.Platform.Http;

/// <summary>What callers name things by, before anything is done with it.</summary>
internal static partial class RequestShapes
{
    public const string NoOpenId = "openId is missing or no open_id: it looks like ou_…, as this app sees the user.";

    private const string OpenIdBeginning = "ou_";
    private const int LongestOpenId = 64;
    private static readonly SearchValues<char> InOpenId = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The platform takes no more in one request.</summary>
    public const int MostScopes = 50;

    public static bool IsOpenId(string? openId) =>
        openId is ['o', 'u', '_', _, ..] and { Length: <= LongestOpenId } && !openId.AsSpan(OpenIdBeginning.Length).ContainsAnyExcept(InOpenId);

    /// <param name="openId">As the caller gave it.</param>
    /// <param name="field">Where it was given.</param>
    /// <returns>Null when it is an open_id; else what is wrong, and what it looks like instead.</returns>
    public static string? FaultInOpenId(string? openId, string field) => openId switch
    {
        null or "" => $"{field} is missing: name the user by their open_id (ou_…), as this app sees them.",
        _ when IsOpenId(openId) => null,
        ['o', 'n', '_', ..] => $"{field} holds a union_id (on_…). Give the open_id (ou_…) as this app sees the user: the platform's contact API tells it with user_id_type=open_id.",
        ['o', 'c', '_', ..] => $"{field} holds a chat_id (oc_…). Give the open_id (ou_…) of a user.",
        ['c', 'l', 'i', '_', ..] => $"{field} holds an app_id (cli_…). Give the open_id (ou_…) of a user.",
        _ => $"{field} holds no open_id: one looks like ou_…, as this app sees the user. A user_id or an e-mail address does not do.",
    };

    /// <returns>Null when each is a scope, each is there once, and they are not too many.</returns>
    public static string? FaultIn(IReadOnlyCollection<string> scopes)
    {
        if (scopes.Count == 0)
        {
            return null;
        }

        if (scopes.Count > MostScopes)
        {
            return $"scopes has {scopes.Count} entries: the platform takes at most {MostScopes} in one request.";
        }

        if (scopes.Select(s => s ?? "").FirstOrDefault(s => !ScopeShape().IsMatch(s)) is { } odd)
        {
            return $"scopes holds '{(odd.Length > 40 ? odd[..40] + "…" : odd)}', which is no scope: write one scope in each entry, without blanks.";
        }

        return scopes.GroupBy(s => s, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? $"scopes holds '{twice.Key}' more than once: name each scope once."
            : null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.:\-]{1,100}\z")]
    private static partial Regex ScopeShape();
}
