using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Pages;

/// <summary>Who is signed in in this browser, by the cookie that the chat page and the consent pages share.</summary>
internal sealed class SignedIn(TenantDirectory directory, SandboxOptions options)
{
    private const string Cookie = "sandbox_user";

    public DemoUser? Find(HttpContext http) => directory.Find(http.Request.Cookies[Cookie]);

    public bool Switch(HttpContext http, string? openId)
    {
        if (directory.Find(openId) is null)
        {
            return false;
        }

        http.Response.Cookies.Append(Cookie, openId!, new CookieOptions { SameSite = SameSiteMode.Lax, Path = "/" });
        return true;
    }

    public ConsentView Ask(DemoUser user, IReadOnlyList<string> scopes, string action, string? userCode) => new(
        options.AppName,
        options.AppId,
        options.TenantName,
        Show(user),
        [.. directory.Demo.Select(Show)],
        [.. scopes.Distinct().Select(s => new ConsentScope(s, ScopeCatalog.InWords(s).En, ScopeCatalog.InWords(s).Zh))],
        action,
        userCode);

    private static ConsentUser Show(DemoUser user) => new(user.OpenId, user.Name, user.EnName, user.Initials, user.Color);
}
