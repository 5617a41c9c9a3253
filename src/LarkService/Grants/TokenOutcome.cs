using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>What came of asking for a user's token.</summary>
internal abstract record TokenOutcome
{
    public sealed record Issued(UserAccessToken Token) : TokenOutcome;

    /// <summary>Only the user can help.</summary>
    public sealed record ConsentRequired(ConsentReason Reason, ScopeSet Missing) : TokenOutcome;

    /// <summary>The platform cannot be reached at the moment; the grant is kept.</summary>
    public sealed record Unavailable : TokenOutcome;

    /// <summary>An administrator must act; the grant is kept.</summary>
    public sealed record Refused(PlatformError Error) : TokenOutcome;
}

/// <summary>A token in use.</summary>
/// <param name="Value">The token.</param>
/// <param name="IssuedAt">By our clock.</param>
/// <param name="ExpiresAt">By our clock.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Generation">Which version of the grant it is from: says which token it was that the platform refused.</param>
internal sealed record UserAccessToken(Secret Value, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, ScopeSet Scopes, long Generation)
{
    private const string Bearer = "Bearer ";

    /// <summary>As the <c>Authorization</c> header has it (RFC 6750 §2.1): tokens are long, and this is what nearly all of them are read for.</summary>
    public Secret Header { get; } = new(Bearer + Value.Reveal());

    public Secret Value => new(Header.Reveal()[Bearer.Length..]);

    /// <summary>Under 10 % of its life is left.</summary>
    public bool IsNearExpiry(DateTimeOffset now) => ExpiresAt - now < (ExpiresAt - IssuedAt) * 0.1;
}
