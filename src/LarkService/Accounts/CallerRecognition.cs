using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LarkService.Accounts.Keys;
using LarkService.Accounts.SignIn;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts;

/// <summary>
/// Recognises callers by <c>Authorization: Bearer …</c> (RFC 6750 §2.1): an API key, the bootstrap key, or the token of somebody who
/// signed in.
/// </summary>
internal sealed class CallerRecognition(IOptions<ApiOptions> options, ApiKeyCache keys, UnknownKeys unknown, KeyUses uses, AccessTokens tokens, TimeProvider clock)
{
    private const string Bearer = "Bearer ";
    private readonly Secret? _bootstrap = options.Value.BootstrapKey;

    /// <exception cref="TimeoutException">The database did not answer in time.</exception>
    public ValueTask<Recognition> RecognizeAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.ToString() is not { Length: > 0 } header || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        var given = header.AsMemory(Bearer.Length).Trim();
        if (ApiKeyText.IsWhole(given.Span))
        {
            return ByKeyAsync(http, given);
        }

        // The time it takes tells how long the key is, and nothing else of it.
        if (_bootstrap is not null && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(given.Span), MemoryMarshal.AsBytes(_bootstrap.Reveal().AsSpan())))
        {
            return new(new Recognition(Caller.Bootstrap));
        }

        return given.Span.StartsWith(AccessTokens.Beginning, StringComparison.Ordinal) ? ByTokenAsync(given.ToString())
            : ApiKeyText.LooksLikeOne(given.Span) ? new(Stranger("This is not a whole API key: it was cut or mistyped. Copy it again; it looks like lks_…, with 63 characters."))
            : default;
    }

    private async ValueTask<Recognition> ByKeyAsync(HttpContext http, ReadOnlyMemory<char> given)
    {
        var isLook = !keys.Knows(ApiKeyText.Prefix(given.Span)) && !keys.Answers(ApiKeyText.Prefix(given.Span));
        if (isLook && unknown.Begin(http.Connection.RemoteIpAddress) is { } wait)
        {
            return new Recognition(null, Wait: wait);
        }

        if (await (isLook ? LookAsync(http, given) : keys.FindAsync(ApiKeyText.Prefix(given.Span), http.RequestAborted)) is not { } key || !key.Is(given.Span))
        {
            return default;
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
        return new Recognition(key.Caller, key.ExpiresAt);
    }

    private async ValueTask<KnownKey?> LookAsync(HttpContext http, ReadOnlyMemory<char> given)
    {
        var isUnknown = true; // who hangs up before the end does not get the place back
        try
        {
            var key = await keys.FindAsync(ApiKeyText.Prefix(given.Span), http.RequestAborted);
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
            unknown.End(http.Connection.RemoteIpAddress, isUnknown);
        }
    }

    private async ValueTask<Recognition> ByTokenAsync(string given) => await tokens.CheckAsync(given) switch
    {
        TokenVerdict.Good good => new Recognition(Caller.Account(good.AccountId, good.Permissions, options.Value.RequestsPerMinute), good.ExpiresAt + AccessTokens.Skew),
        TokenVerdict.Expired => Stranger("This access token has expired. Get the next one with POST /api/v1/auth/refresh."),
        _ => Stranger("This access token is not one this service has given out. Sign in with POST /api/v1/auth/login."),
    };

    private static Recognition Stranger(string why) => new(null, Why: why);
}

/// <summary>Who calls.</summary>
/// <param name="Caller">Null: a stranger.</param>
/// <param name="Until">When they stop being that; null: not by themselves.</param>
/// <param name="Why">Why they are not known; null: there is nothing to tell.</param>
/// <param name="Wait">Their key was not even looked for: too many from there were nobody's. In so long it can be.</param>
internal readonly record struct Recognition(Caller? Caller, DateTimeOffset? Until = null, string? Why = null, TimeSpan? Wait = null);
