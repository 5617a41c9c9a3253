using System.Collections.Concurrent;
using System.Net;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>
/// Stands between the service and the sandbox, sees every request as it came over the wire, and answers some of them itself: with what
/// the sandbox has no API for.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _sandbox = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Request> _seen = new();
    private readonly Uri _platform;

    private Upstream(WebApplication app, Uri platform, int port)
    {
        (_app, _platform) = (app, platform);
        Url = new Uri($"http://127.0.0.1:{port}");
        _app.Run(AnswerAsync);
    }

    public Uri Url { get; }

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<Request> Seen => [.. _seen];

    public static async Task<Upstream> StartAsync(Uri platform)
    {
        var port = FreePort.Take();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
        });
        var upstream = new Upstream(builder.Build(), platform, port);
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>From now on this path is answered here.</summary>
    public void On(string path, RequestDelegate answer) => _answers[path] = answer;

    public void On(string path, params (int Status, string Body)[] script)
    {
        var next = -1;
        On(path, async http =>
        {
            var (status, body) = script[Math.Min(Interlocked.Increment(ref next), script.Length - 1)];
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json; charset=utf-8";
            await http.Response.WriteAsync(body);
        });
    }

    public IReadOnlyList<Request> To(string path) => [.. Seen.Where(r => r.Path == path)];

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _sandbox.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        _seen.Enqueue(new Request(
            http.Request.Method,
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        await (_answers.TryGetValue(http.Request.Path.Value!, out var answer) ? answer(http) : PassOnAsync(http));
    }

    private async Task PassOnAsync(HttpContext http)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(_platform, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        request.Content = http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0 ? new StreamContent(http.Request.Body) : null;
        foreach (var (name, value) in http.Request.Headers)
        {
            if (name is not ("Host" or "Content-Length" or "Transfer-Encoding") && !request.Headers.TryAddWithoutValidation(name, value.ToString()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value.ToString());
            }
        }

        using var answer = await _sandbox.SendAsync(request);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not "Transfer-Encoding")
            {
                http.Response.Headers[name] = values.ToArray();
            }
        }

        await answer.Content.CopyToAsync(http.Response.Body);
    }

    /// <summary>One request, as it came.</summary>
    internal sealed record Request(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
    {
        public string Path => Target.Split('?')[0];

        public string? Authorization => Headers.GetValueOrDefault("Authorization");
    }
}
