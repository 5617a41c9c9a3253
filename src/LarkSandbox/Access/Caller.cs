namespace LarkSandbox.Access;

/// <summary>Who calls: the app itself, or the app for a person with what they granted.</summary>
internal sealed record Caller(string? OpenId, IReadOnlySet<string> Scopes)
{
    private const string Key = "sandbox.caller";

    /// <summary>The app itself, with its own token.</summary>
    public static Caller App { get; } = new(null, new HashSet<string>());

    public bool IsApp => OpenId is null;

    /// <summary>Whom the gate let in.</summary>
    public static Caller Of(HttpContext http) => (Caller)http.Items[Key]!;

    public void Enter(HttpContext http) => http.Items[Key] = this;
}
