namespace LarkSandbox.Chat;

/// <summary>One server-sent event: its name and its JSON.</summary>
internal sealed record LiveNews(string Name, string Data);
