using System.Security.Claims;
using System.Text.Encodings.Web;
using LarkService.Accounts.Keys;
using LarkService.Accounts.SignIn;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts;

/// <summary>
/// Recognises callers by <c>Authorization: Bearer …</c> (RFC 6750 §2.1): an API key, the bootstrap key, or the token of somebody who
/// signed in. Answers strangers with a problem document.
/// </summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> scheme, ILoggerFactory loggers, UrlEncoder encoder, IOptions<ApiOptions> options, ApiKeyCache keys, UnknownKeys unknown, KeyUses uses, AccessTokens tokens, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(scheme, loggers, encoder)
{
    public const string SchemeName = "Caller";
    private const string Bearer = "Bearer ";
    private string? _why;
    private TimeSpan? _wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var given = header.AsMemory(Bearer.Length).Trim();
        if (ApiKeyText.IsWhole(given.Span))
        {
            return await ByKeyAsync(given);
        }

        if (options.Value.BootstrapKey is { } bootstrap && Digest.AreSame(given.ToString(), bootstrap.Reveal()))
        {
            return Known(Caller.Bootstrap);
        }

        return given.Span.StartsWith(AccessTokens.Beginning, StringComparison.Ordinal) ? await ByTokenAsync(given.ToString())
            : ApiKeyText.LooksLikeOne(given.Span) ? Stranger("This is not a whole API key: it was cut or mistyped. Copy it again; it looks like lks_…, with 63 characters.")
            : Stranger(null);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync();
        if (_wait is { } wait)
        {
            await Problems.RateLimited("Too many keys that nobody has heard of came from this address: only one of its keys a second is looked for.", wait, Context).ExecuteAsync(Context);
            return;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        await Problems.Unauthenticated(_why).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var policy = Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        return Problems.PermissionDenied(policy).ExecuteAsync(Context);
    }

    private async Task<AuthenticateResult> ByKeyAsync(ReadOnlyMemory<char> given)
    {
        var isLook = !keys.Knows(ApiKeyText.Prefix(given.Span)) && !keys.Answers(ApiKeyText.Prefix(given.Span));
        if (isLook && (_wait = unknown.Begin(Context.Connection.RemoteIpAddress)) is not null)
        {
            return Stranger(null);
        }

        if (await (isLook ? LookAsync(given) : keys.FindAsync(ApiKeyText.Prefix(given.Span), Context.RequestAborted)) is not { } key || !key.Is(given.Span))
        {
            return Stranger(null);
        }

        // Only who holds the whole key is told what became of it.
        var now = clock.GetUtcNow();
        if (key.RevokedAt is not null)
        {
            return Stranger("This API key was revoked. Whoever may manage keys can make a new one with POST /api/v1/api-keys.");
        }

        if (key.ExpiresAt <= now)
        {
            return Stranger("This API key has expired. Whoever may manage keys can make a new one with POST /api/v1/api-keys.");
        }

        uses.Note(key, now);
        return Known(key.Caller, key.ExpiresAt);
    }

    private async ValueTask<KnownKey?> LookAsync(ReadOnlyMemory<char> given)
    {
        var isUnknown = true; // who hangs up before the end does not get the place back
        try
        {
            var key = await keys.FindAsync(ApiKeyText.Prefix(given.Span), Context.RequestAborted);
            isUnknown = key is null;
            return key;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            isUnknown = false; // the database is away: nothing was found out
            throw;
        }
        finally
        {
            unknown.End(Context.Connection.RemoteIpAddress, isUnknown);
        }
    }

    private async Task<AuthenticateResult> ByTokenAsync(string given) => await tokens.CheckAsync(given) switch
    {
        TokenVerdict.Good good => Known(Caller.Account(good.AccountId, good.Permissions, options.Value.RequestsPerMinute), good.ExpiresAt + AccessTokens.Skew),
        TokenVerdict.Expired => Stranger("This access token has expired. Get the next one with POST /api/v1/auth/refresh."),
        _ => Stranger("This access token is not one this service has given out. Sign in with POST /api/v1/auth/login."),
    };

    private static AuthenticateResult Known(ClaimsPrincipal caller, DateTimeOffset? until = null) => AuthenticateResult.Success(
        until is null ? new AuthenticationTicket(caller, SchemeName) : new AuthenticationTicket(caller, new AuthenticationProperties { ExpiresUtc = until }, SchemeName));

    private AuthenticateResult Stranger(string? why)
    {
        _why = why;
        return AuthenticateResult.Fail("The caller is not known.");
    }
}
