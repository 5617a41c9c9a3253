using LarkSandbox.Access;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>The platform's memory of consents and user tokens: scopes accumulate, refresh tokens work once.</summary>
internal sealed class TokenVault(
    SandboxOptions options, AppScopes appScopes, TokenMint mint, TenantDirectory directory, RefreshLedger ledger, LiveFeed feed, ChangeSignal changes, TimeProvider clock)
{
    private const int MostTokens = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, UserConsent> _consents = [];
    private readonly Dictionary<string, IssuedToken> _access = [];
    private readonly Dictionary<string, IssuedToken> _refresh = [];
    private readonly Dictionary<string, List<IssuedToken>> _byUser = [];
    private readonly Queue<string> _order = new();

    /// <summary>Remembers that the person agreed; the new consent holds everything they ever granted.</summary>
    public UserConsent Agree(string openId, IEnumerable<string> scopes)
    {
        lock (_gate)
        {
            var before = _consents.TryGetValue(openId, out var known) ? known.Scopes : new HashSet<string>();
            var consent = new UserConsent(openId, before.Union(scopes).ToHashSet(StringComparer.Ordinal), clock.GetUtcNow());
            _consents[openId] = consent;
            return consent;
        }
    }

    public UserConsent? ConsentOf(string openId)
    {
        lock (_gate)
        {
            return _consents.GetValueOrDefault(openId);
        }
    }

    public IssuedToken? FindAccess(string value)
    {
        lock (_gate)
        {
            return _access.GetValueOrDefault(value);
        }
    }

    public IssuedToken? FindRefresh(string value)
    {
        lock (_gate)
        {
            return _refresh.GetValueOrDefault(value);
        }
    }

    /// <summary>How many access tokens the person's consents and refreshes have brought.</summary>
    public int IssuedTo(string openId)
    {
        lock (_gate)
        {
            return _byUser.GetValueOrDefault(openId, []).Count(t => _access.ContainsKey(t.Value));
        }
    }

    public TokenPair Issue(string openId, IReadOnlySet<string> scopes, DateTimeOffset authorizedAt, bool withRefresh)
    {
        TokenPair pair;
        lock (_gate)
        {
            pair = Add(openId, scopes, authorizedAt, withRefresh);
        }

        Tell(openId);
        return pair;
    }

    /// <summary>Spends a refresh token: checked and marked in one step, so of two racing calls exactly one wins.</summary>
    public (OAuthError? Error, TokenPair? Pair) Spend(string refreshToken, Func<IReadOnlySet<string>, (OAuthError? Error, IReadOnlySet<string> Scopes)> narrow)
    {
        string openId;
        OAuthError? error;
        TokenPair? pair;
        lock (_gate)
        {
            openId = _refresh.GetValueOrDefault(refreshToken)?.OpenId ?? "";
            (error, pair) = SpendKnown(refreshToken, narrow);
            ledger.Note(new(openId, refreshToken, error, pair));
        }

        if (pair is not null)
        {
            Tell(openId);
        }

        return (error, pair);
    }

    /// <summary>The person's present access tokens are expired from now on.</summary>
    public int ExpireAccess(string openId)
    {
        var now = clock.GetUtcNow();
        var expired = Change(openId, t => !t.Revoked && t.ExpiresAt > now && _access.ContainsKey(t.Value), t => t.ExpiresAt = now);
        Tell(openId);
        return expired;
    }

    /// <summary>The person's unspent refresh tokens are expired from now on.</summary>
    public int ExpireRefresh(string openId)
    {
        var now = clock.GetUtcNow();
        return Change(openId, t => !t.Used && _refresh.ContainsKey(t.Value), t => t.ExpiresAt = now);
    }

    /// <summary>All tokens and the consent itself are gone.</summary>
    public int RevokeAll(string openId)
    {
        var revoked = Change(openId, t => !t.Revoked, t => t.Revoked = true);
        lock (_gate)
        {
            _consents.Remove(openId);
        }

        Tell(openId);
        return revoked;
    }

    /// <summary>The person's access tokens are dead; their refresh token still works.</summary>
    public int RevokeAccess(string openId)
    {
        var revoked = Change(openId, t => !t.Revoked && _access.ContainsKey(t.Value), t => t.Revoked = true);
        Tell(openId);
        return revoked;
    }

    public void Revoke(IssuedToken access)
    {
        lock (_gate)
        {
            access.Revoked = true;
        }

        Tell(access.OpenId);
    }

    /// <summary>Whether the app can act for the person now, and until when without a refresh.</summary>
    public (bool HasGrant, DateTimeOffset? AccessExpiresAt) GrantOf(string openId)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var live = _byUser.GetValueOrDefault(openId, []).Where(t => !t.Revoked && !t.Used && t.ExpiresAt > now).ToList();
            var newest = _byUser.GetValueOrDefault(openId, []).Where(t => !t.Revoked && _access.ContainsKey(t.Value)).Select(t => (DateTimeOffset?)t.ExpiresAt).Max();
            return (live.Count > 0, live.Count > 0 ? newest : null);
        }
    }

    public UserView View(DemoUser user)
    {
        var (hasGrant, expiresAt) = GrantOf(user.OpenId);
        return new(user.OpenId, user.Name, user.EnName, user.Initials, user.Color, user.Locale, user.ChatId, hasGrant, expiresAt?.ToUnixTimeMilliseconds());
    }

    private (OAuthError? Error, TokenPair? Pair) SpendKnown(string refreshToken, Func<IReadOnlySet<string>, (OAuthError? Error, IReadOnlySet<string> Scopes)> narrow)
    {
        var now = clock.GetUtcNow();
        if (!_refresh.TryGetValue(refreshToken, out var token))
        {
            return (OAuthError.RefreshTokenInvalid, null);
        }

        if (directory.HasLeft(token.OpenId))
        {
            return (OAuthError.UserNotFound, null);
        }

        if (token.Used)
        {
            return (OAuthError.RefreshTokenUsed, null);
        }

        if (token.Revoked)
        {
            return (OAuthError.RefreshTokenRevoked, null);
        }

        if (now >= token.ExpiresAt || now >= token.AuthorizedAt + options.AuthorizationLifetime)
        {
            return (OAuthError.RefreshTokenExpired, null);
        }

        if (!options.AllowRefresh)
        {
            return (OAuthError.RefreshNotAllowed, null);
        }

        var (error, scopes) = narrow(token.Scopes);
        if (error is not null)
        {
            return (error, null);
        }

        token.Used = true;
        return (null, Add(token.OpenId, scopes, token.AuthorizedAt, withRefresh: true));
    }

    private int Change(string openId, Func<IssuedToken, bool> which, Action<IssuedToken> change)
    {
        lock (_gate)
        {
            var changed = _byUser.GetValueOrDefault(openId, []).Where(which).ToList();
            changed.ForEach(change);
            return changed.Count;
        }
    }

    private TokenPair Add(string openId, IReadOnlySet<string> scopes, DateTimeOffset authorizedAt, bool withRefresh)
    {
        var now = clock.GetUtcNow();
        var access = new IssuedToken(mint.UserToken(), openId, scopes, now + options.AccessTokenLifetime, authorizedAt);
        Keep(_access, access);
        IssuedToken? refresh = null;
        if (withRefresh && appScopes.Has("offline_access"))
        {
            refresh = new IssuedToken(mint.UserToken(), openId, scopes, now + options.RefreshTokenLifetime, authorizedAt);
            Keep(_refresh, refresh);
        }

        return new(access, refresh);
    }

    private void Keep(Dictionary<string, IssuedToken> tokens, IssuedToken token)
    {
        tokens.Add(token.Value, token);
        if (!_byUser.TryGetValue(token.OpenId, out var mine))
        {
            _byUser[token.OpenId] = mine = [];
        }

        mine.Add(token);
        _order.Enqueue(token.Value);
        if (_order.Count > MostTokens)
        {
            Forget(_order.Dequeue());
        }
    }

    private void Forget(string value)
    {
        if (_access.Remove(value, out var token) || _refresh.Remove(value, out token))
        {
            _byUser[token.OpenId].Remove(token);
        }
    }

    private void Tell(string openId)
    {
        if (feed.HasSubscribers && directory.Find(openId) is { } user)
        {
            feed.Publish("user", View(user));
        }

        changes.Notify();
    }
}
