namespace LarkSandbox.Chat;

/// <summary>The demo app as the page shows it.</summary>
internal sealed record AppView(string AppId, string Name, string BotName);
