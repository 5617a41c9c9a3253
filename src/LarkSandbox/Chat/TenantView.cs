namespace LarkSandbox.Chat;

/// <summary>The demo tenant as the page shows it.</summary>
internal sealed record TenantView(string Name, string TenantKey);
