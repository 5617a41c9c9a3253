using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.OAuth;
using Microsoft.AspNetCore.Mvc;

namespace LarkSandbox.Pages;

/// <summary>The consent page of the redirect flow. Errors stay on the page; only a decision redirects.</summary>
internal sealed class AuthorizeModel(
    SandboxOptions options,
    ConsentRules rules,
    AuthorizationCodes codes,
    TokenVault vault,
    TokenMint mint,
    SignedIn signedIn,
    TenantDirectory directory,
    TimeProvider clock) : ConsentPage(signedIn, directory)
{
    private readonly SignedIn _signedIn = signedIn;

    private IReadOnlyList<string> Scopes => Query("scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    protected override ConsentErrorView? Problem()
    {
        if (Query("client_id") != options.AppId)
        {
            return new(20048, "This app does not exist", "The link names an app that the platform does not know.");
        }

        if (Query("response_type") != "code" || Query("redirect_uri") is not { } redirectUri)
        {
            return new(20001, "The link is incomplete", "response_type must be “code” and redirect_uri must be there.");
        }

        if (!rules.IsRegistered(redirectUri))
        {
            return new(20029, "The redirect address is not registered", $"{redirectUri} is not in the app's list of redirect URLs (developer console, security settings).");
        }

        if (rules.Forbidden(Scopes) is { } forbidden)
        {
            return new(20027, "The app may not ask for this", $"Not enabled for the app: {forbidden}. An administrator has to enable it in the developer console.");
        }

        return Query("code_challenge_method") is null or "plain" or "S256"
            ? null
            : new(20063, "The link is malformed", "code_challenge_method must be S256 or plain.");
    }

    protected override ConsentView Ask(DemoUser user) => _signedIn.Ask(user, Scopes, PageUrl, null);

    protected override IActionResult Decide(DemoUser user, bool allow) =>
        Redirect(Back(allow ? $"code={Uri.EscapeDataString(Agree(user))}" : "error=access_denied"));

    private string Agree(DemoUser user)
    {
        var consent = vault.Agree(user.OpenId, Scopes);
        var code = new AuthorizationCode
        {
            Value = mint.Code(),
            OpenId = user.OpenId,
            Consent = consent,
            OfflineAccess = Scopes.Contains("offline_access"),
            RedirectUri = Query("redirect_uri")!,
            Challenge = Query("code_challenge"),
            ChallengeMethod = Query("code_challenge_method") ?? "plain",
            ExpiresAt = clock.GetUtcNow() + options.CodeLifetime,
        };
        codes.Add(code);
        return code.Value;
    }

    /// <summary>A fragment of the redirect address ends up after the query; state comes back only when it was sent.</summary>
    private string Back(string outcome)
    {
        var parts = Query("redirect_uri")!.Split('#', 2);
        var state = Query("state") is { } sent ? $"&state={Uri.EscapeDataString(sent)}" : "";
        return parts[0] + (parts[0].Contains('?', StringComparison.Ordinal) ? "&" : "?") + outcome + state + (parts.Length > 1 ? "#" + parts[1] : "");
    }

    private string? Query(string name) => Request.Query.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;
}
