namespace LarkService.Platform.Registry;

/// <summary>What is known of one API of the open platform, from the platform's own documentation.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Template">Its path; a segment such as <c>:message_id</c> stands for an id.</param>
/// <param name="Scopes">Any one of them will do; empty when it needs none.</param>
internal sealed record ApiEntry(string Method, string Template, IReadOnlyList<string> Scopes)
{
    /// <summary>What it takes: <c>tenant</c>, <c>user</c>, <c>app</c>; empty for none at all, null where the documentation does not say.</summary>
    public IReadOnlyList<string>? Tokens { get; init; }

    /// <summary>What a call with a user's token needs besides, all of it.</summary>
    public IReadOnlyList<string> UserScopes { get; init; } = [];

    /// <summary>How often an app may call it, as <c>1000/min,50/s</c>; <c>special</c> where the platform does not tell; null where nothing is said.</summary>
    public string? Rate { get; init; }

    /// <summary>The platform has a newer one.</summary>
    public bool IsHistoric { get; init; }

    /// <summary>True as well where the documentation does not say.</summary>
    public bool TakesUserToken => Tokens is null || Tokens.Contains("user");

    /// <summary>The least a user has to agree to for a call with their token, as far as the documentation can be trusted.</summary>
    public ScopeSet LeastUserScopes() =>
        ScopeSet.Of(LeastScope.Of(Scopes) is { } least && !UserScopes.Any(Scopes.Contains) ? [least, .. UserScopes] : UserScopes);

    /// <summary>Method and template: the name metrics and the audit log use, the same text every time.</summary>
    public string Label { get; } = $"{Method} {Template}";

    public override string ToString() => Label;
}
