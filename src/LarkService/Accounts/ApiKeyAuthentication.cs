using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts;

/// <summary>Recognises callers by <c>Authorization: Bearer &lt;API key&gt;</c> (RFC 6750 §2.1) and answers strangers with a problem document.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> scheme, ILoggerFactory loggers, UrlEncoder encoder, IOptions<ApiOptions> options)
    : AuthenticationHandler<AuthenticationSchemeOptions>(scheme, loggers, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string PermissionClaim = "permission";
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || options.Value.BootstrapKey is not { } bootstrap)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        return Task.FromResult(IsSame(header[Bearer.Length..].Trim(), bootstrap.Reveal())
            ? AuthenticateResult.Success(new AuthenticationTicket(Everything(), SchemeName))
            : AuthenticateResult.Fail("unknown key"));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Unauthenticated().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var policy = Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        return Problems.PermissionDenied(policy).ExecuteAsync(Context);
    }

    private static ClaimsPrincipal Everything() => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, "bootstrap"), .. Permissions.All.Select(p => new Claim(PermissionClaim, p))], SchemeName));

    // Hashed first, so that the time taken tells nothing of the key, not even its length.
    private static bool IsSame(string given, string known) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(known)));
}
