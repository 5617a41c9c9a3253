namespace LarkService.IntegrationTests.Proxy;

/// <summary>One service behind one <see cref="Upstream"/> for all tests of a class; Ava has agreed, and each test calls a thing of its own.</summary>
public sealed class SharedProxy : IAsyncLifetime
{
    internal const string Scope = "contact:contact.base:readonly";

    internal ProxyScene Proxy { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Proxy = await ProxyScene.StartAsync(null, Scope);

    public ValueTask DisposeAsync() => Proxy.DisposeAsync();
}
