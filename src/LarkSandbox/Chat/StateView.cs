namespace LarkSandbox.Chat;

/// <summary>What the page needs to begin with.</summary>
internal sealed record StateView(AppView App, TenantView Tenant, string? ServiceUrl, string? SignedIn, IReadOnlyList<UserView> Users);
