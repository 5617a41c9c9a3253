namespace LarkSandbox.Pages;

/// <summary>What the consent page shows: who asks, for which scopes, and who is signed in.</summary>
public sealed record ConsentView(string AppName, string AppId, string TenantName, ConsentUser SignedInAs, IReadOnlyList<ConsentUser> Users,
    IReadOnlyList<ConsentScope> Scopes, string Action /*form post url*/, string? UserCode);

/// <summary>A demo user one can be on the consent page.</summary>
public sealed record ConsentUser(string OpenId, string Name, string EnName, string Initials, string Color);

/// <summary>A scope and what it allows, in words.</summary>
public sealed record ConsentScope(string Scope, string InWords, string InWordsZh);

/// <summary>How the person decided.</summary>
public sealed record ConsentDoneView(bool Allowed, string AppName);

/// <summary>Why there is nothing to consent to.</summary>
public sealed record ConsentErrorView(int Code, string Title, string Explanation);
