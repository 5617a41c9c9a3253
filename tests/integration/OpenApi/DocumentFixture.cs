using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.OpenApi;
using LarkService.IntegrationTests.Support;

[assembly: AssemblyFixture(typeof(DocumentFixture))]

namespace LarkService.IntegrationTests.OpenApi;

/// <summary>One service whose document all tests of it read; started when the first of them asks.</summary>
public sealed class DocumentFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Scene? _scene;
    private JsonObject? _document;

    internal async Task<(Scene Scene, JsonObject Document)> ReadAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _scene ??= await Scene.StartAsync(new() { Flow = Flow.Redirect, Settings = { ["Api:JwtSigningKey"] = new string('k', 48) } });
            _document ??= (await new Api(_scene.Anonymous).GetAsync("/api/openapi.json")).Must(HttpStatusCode.OK).Json!.AsObject();
            return (_scene, _document);
        }
        finally
        {
            _starting.Release();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_scene is not null)
        {
            await _scene.DisposeAsync();
        }

        _starting.Dispose();
    }
}
