using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>What the consent page refuses before it asks anybody.</summary>
internal sealed class ConsentRules(SandboxOptions options, AppScopes appScopes)
{
    private const int MostScopes = 50;

    /// <summary>Redirect URIs registered while running, beside those of the options.</summary>
    public List<string> MoreRedirectUris { get; } = [];

    public bool IsRegistered(string redirectUri) =>
        options.RedirectUris.Concat(MoreRedirectUris).Any(registered => WithoutSuffix(registered) == WithoutSuffix(redirectUri));

    /// <summary>Null, or the scopes that the app may not ask for.</summary>
    public string? Forbidden(IReadOnlyList<string> scopes)
    {
        var forbidden = scopes.Where(s => !appScopes.Has(s)).ToList();
        return scopes.Count > MostScopes ? $"more than {MostScopes} scopes" : forbidden.Count > 0 ? string.Join(' ', forbidden) : null;
    }

    private static string WithoutSuffix(string uri) => uri.Split('?', '#')[0];
}
