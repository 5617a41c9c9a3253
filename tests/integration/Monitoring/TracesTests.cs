using System.Collections.Concurrent;
using System.Net;
using System.Text;
using LarkService.IntegrationTests.Realtime;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary>Traces reach a collector, tell what happened, and hold no secret.</summary>
public sealed class TracesTests
{
    [Theory]
    [BothEngines]
    public async Task A_consent_a_refresh_and_a_call_are_traced_without_a_secret(Engine engine)
    {
        await using var collector = await Collector.StartAsync();
        await using var scene = await Scene.StartAsync(new()
        {
            Engine = engine,
            Flow = Flow.Redirect,
            OwnProcess = true,
            Settings =
            {
                ["Otlp:Endpoint"] = collector.Address,
                ["Webhooks:0:Url"] = $"{collector.Address}/hooks/{Collector.HookSecret}",
                ["Webhooks:0:Secret"] = "0123456789abcdef0123456789abcdef",
            },
        });
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
        scene.Platform.Faults.ExpireTokens(ava.OpenId);
        await ava.AnswerAsync(ava.Write("Still there?"));
        (await scene.Api.GetAsync($"/api/v1/grants/{ava.OpenId}/token")).Must(HttpStatusCode.OK);
        await Eventually.TrueAsync("a webhook", () => Task.FromResult(collector.Hooks > 0));
        await using (await RealtimeClient.ConnectAsync(scene.Url, scene.BootstrapKey, inQuery: true))
        {
            // A token in an address, as browsers send it.
        }

        await scene.Service.StopAsync();

        var traces = string.Concat(collector.Received);
        Assert.All(
            ["event im.message.receive_v1", "callback consent.open", "follow-up ", "refresh", "parked call ", "oauth/callback", "hubs/realtime", "/open-apis/authen/v2/oauth/token"],
            name => Assert.Contains(name, traces, StringComparison.Ordinal));
        Assert.DoesNotContain(Collector.HookSecret, traces, StringComparison.Ordinal);
        await Leaks.NoneAsync(scene, ("a trace", traces));
    }

    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public const string HookSecret = "in-the-path-of-the-hook";
        private int _hooks;

        public ConcurrentQueue<string> Received { get; } = [];

        public int Hooks => Volatile.Read(ref _hooks);

        public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            collector._app.MapPost("/v1/traces", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                collector.Received.Enqueue(Encoding.Latin1.GetString(body.ToArray())); // strings lie in protobuf as they are
            });
            collector._app.MapPost("/hooks/{secret}", (string secret) => Interlocked.Increment(ref collector._hooks));
            await collector._app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
