namespace LarkSandbox.Im;

/// <summary>
/// What a call needs: which tokens it takes, and one of these scopes, enabled for the app and (with a user token)
/// granted by the person. <paramref name="UserScopes"/> replaces the list for user tokens, where all of them are needed.
/// </summary>
internal sealed record ApiRule(string Name, bool TakesUserToken, IReadOnlyList<string> AnyScope, IReadOnlyList<string>? UserScopes = null);
