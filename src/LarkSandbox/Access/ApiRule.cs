namespace LarkSandbox.Access;

/// <summary>What the platform's documentation says of one API.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Template">Its path; a segment such as <c>:message_id</c> stands for an id.</param>
/// <param name="Tokens"><c>tenant</c>, <c>user</c>, <c>app</c>; empty for none at all, null where nothing is said: then any will do.</param>
/// <param name="AnyScope">One of them is needed, enabled for the app and (with a user's token) granted by the person.</param>
internal sealed record ApiRule(string Method, string Template, IReadOnlyList<string>? Tokens, IReadOnlyList<string> AnyScope)
{
    /// <summary>What a call with a user's token needs besides, all of it.</summary>
    public IReadOnlyList<string> UserScopes { get; init; } = [];

    public CallRate Rate { get; init; } = CallRate.Usual;

    /// <summary>The platform has a newer one.</summary>
    public bool IsHistoric { get; init; }

    public string Name { get; } = $"{Method} {Template}";

    public bool NeedsToken => Tokens is not [];

    public bool Takes(string kind) => Tokens is null || Tokens.Contains(kind);
}
