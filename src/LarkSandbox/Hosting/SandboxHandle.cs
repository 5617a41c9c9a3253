namespace LarkSandbox.Hosting;

/// <summary>A running simulator: its address and its inside.</summary>
internal sealed class SandboxHandle(WebApplication app) : IAsyncDisposable
{
    public Uri Url { get; } = new(app.Urls.First());

    public SandboxPlatform Platform { get; } = app.Services.GetRequiredService<SandboxPlatform>();

    public IServiceProvider Services => app.Services;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
