using System.Text;
using LarkService.Platform;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// Tokens of those who signed in: JWT (RFC 9068) by HMAC-SHA256, for 15 minutes. Checking one asks nobody, so what changes in an account
/// shows in the next one.
/// </summary>
internal sealed class AccessTokens
{
    /// <summary>How every JWT begins.</summary>
    public const string Beginning = "eyJ";
    public const string Issuer = "lark-service";
    public const string Audience = "lark-service-api";
    public const string PermissionsClaim = "permissions";
    private const string Type = "at+jwt";
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>So far replicas' clocks may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };
    private readonly SigningCredentials? _signing;
    private readonly TokenValidationParameters? _rules;
    private readonly TimeProvider _clock;

    public AccessTokens(IOptions<ApiOptions> options, TimeProvider clock)
    {
        _clock = clock;
        if (options.Value.JwtSigningKey is { } secret)
        {
            var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret.Reveal()));
            _signing = new SigningCredentials(key, SecurityAlgorithms.HmacSha256);
            _rules = RulesFor(key);
        }
    }

    /// <summary>A key is configured.</summary>
    public bool AreConfigured => _signing is not null;

    public Secret Issue(Guid account, IReadOnlyList<string> permissions)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return new Secret(_handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            TokenType = Type,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            SigningCredentials = _signing ?? throw new InvalidOperationException("No signing key is configured."),
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = account.ToString(),
                [JwtRegisteredClaimNames.Jti] = RandomIds.Create(128),
                [PermissionsClaim] = permissions.ToArray(),
            },
        }));
    }

    public async Task<TokenVerdict> CheckAsync(string token)
    {
        if (_rules is null)
        {
            return new TokenVerdict.Bad();
        }

        var result = await _handler.ValidateTokenAsync(token, _rules);
        if (!result.IsValid)
        {
            return result.Exception is SecurityTokenInvalidLifetimeException ? new TokenVerdict.Expired() : new TokenVerdict.Bad();
        }

        return Guid.TryParse(result.ClaimsIdentity.FindFirst(JwtRegisteredClaimNames.Sub)?.Value, out var account)
            ? new TokenVerdict.Good(account, PermissionList.Read(string.Join(' ', result.ClaimsIdentity.FindAll(PermissionsClaim).Select(c => c.Value))), new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero))
            : new TokenVerdict.Bad();
    }

    // The algorithm is ours, not the token's to choose.
    private TokenValidationParameters RulesFor(SecurityKey key) => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        ValidTypes = [Type],
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        IssuerSigningKey = key,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        LifetimeValidator = (from, until, _, _) =>
        {
            var now = _clock.GetUtcNow().UtcDateTime;
            return from <= now + Skew && until > now - Skew;
        },
    };
}

/// <summary>What a token turned out to be.</summary>
internal abstract record TokenVerdict
{
    /// <param name="AccountId">Whose.</param>
    /// <param name="Permissions">As they were when it was given out.</param>
    /// <param name="ExpiresAt">When it runs out.</param>
    public sealed record Good(Guid AccountId, IReadOnlyList<string> Permissions, DateTimeOffset ExpiresAt) : TokenVerdict;

    /// <summary>Ours, and too old.</summary>
    public sealed record Expired : TokenVerdict;

    public sealed record Bad : TokenVerdict;
}
