using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using LarkSandbox.HttpPush;
using LarkSandbox.LongConnection;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>What comes to the callback address and is no push of the platform's.</summary>
public sealed class HttpCallbackInputTests(HttpCallbackInputTests.Service service) : IClassFixture<HttpCallbackInputTests.Service>
{
    [Fact]
    public async Task Strangers_get_a_problem_and_leave_no_trace()
    {
        var scene = service.Scene;
        var envelope = scene.InsidePlatform<Envelopes>().Event("im.message.receive_v1", []).ToJsonString();
        var api = new Api(scene.Anonymous);
        var path = scene.CallbackUrl().AbsolutePath;

        (await api.SendAsync(HttpMethod.Post, path, Body(envelope))).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await api.SendAsync(HttpMethod.Post, "/callback/lark/cli_nobody", Body(envelope))).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await api.SendAsync(HttpMethod.Post, path, new StringContent(envelope, Encoding.UTF8, "text/plain"))).MustBeProblem(HttpStatusCode.UnsupportedMediaType, "validation");
        (await api.SendAsync(HttpMethod.Get, path)).MustBeProblem(HttpStatusCode.MethodNotAllowed, "validation");
        var push = SealedPush.Of(Encoding.UTF8.GetBytes(envelope), "another key", scene.Clock.GetUtcNow());
        (await api.SendAsync(HttpMethod.Post, path, Body(push))).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        var good = SealedPush.Of(Encoding.UTF8.GetBytes(envelope.Replace(scene.Options.Sandbox.AppId, "cli_other", StringComparison.Ordinal)), OverHttp.EncryptKey, scene.Clock.GetUtcNow());
        (await api.SendAsync(HttpMethod.Post, path, Body(good))).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        (await api.SendAsync(HttpMethod.Post, path, Body(good))).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");

        Assert.Equal(0, await scene.Database.CountAsync("inbox_events"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_body_of_ten_megabytes_is_told_that_it_is_too_large(bool toldAhead, bool hasSignature)
    {
        var scene = service.Scene;
        var body = Encoding.UTF8.GetBytes($$"""{"encrypt":"{{new string('A', 10 * 1024 * 1024)}}"}""");
        var push = hasSignature ? SealedPush.Of("{}"u8, OverHttp.EncryptKey, scene.Clock.GetUtcNow()) with { Body = body } : new SealedPush(body, new Dictionary<string, string>());
        using var content = Body(push, toldAhead);
        (await new Api(scene.Anonymous).SendAsync(HttpMethod.Post, scene.CallbackUrl().AbsolutePath, content)).MustBeProblem(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        Assert.Equal(0, await scene.Database.CountAsync("inbox_events"));
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_given_up_after_two_seconds()
    {
        var scene = service.Scene;
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, scene.Url.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        var started = TimeProvider.System.GetTimestamp();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {scene.CallbackUrl().AbsolutePath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(20));
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static StreamContent Body(SealedPush push, bool toldAhead = true)
    {
        var content = new StreamContent(toldAhead ? new MemoryStream(push.Body) : new Unseekable(push.Body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in push.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, value);
        }

        return content;
    }

    /// <summary>Its length is not known, so it is sent in chunks.</summary>
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>One service for all: none of this may leave a trace in it.</summary>
    public sealed class Service : IAsyncLifetime
    {
        internal Scene Scene { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Scene = await Scene.StartAsync(OverHttp.Options);

        public ValueTask DisposeAsync() => Scene.DisposeAsync();
    }
}
