namespace LarkSandbox.OAuth;

/// <summary>Everything a person ever granted to the app; only a revocation shrinks it.</summary>
internal sealed record UserConsent(string OpenId, IReadOnlySet<string> Scopes, DateTimeOffset AuthorizedAt);
