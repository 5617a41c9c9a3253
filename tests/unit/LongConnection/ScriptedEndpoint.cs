using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace LarkService.UnitTests.LongConnection;

/// <summary>The platform's endpoint: answers what was scripted, then an address.</summary>
internal sealed class ScriptedEndpoint : HttpMessageHandler, IHttpClientFactory
{
    public const string Granted = """
        {"code":0,"msg":"","data":{"URL":"wss://platform.example/ws/v2?aid=1&device_id=740&service_id=33554678&ticket=geheim","ClientConfig":{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30,"PingInterval":120}}}
        """;

    private readonly ConcurrentQueue<Func<CancellationToken, Task<HttpResponseMessage>>> _script = new();

    public ConcurrentQueue<(HttpRequestMessage Request, string Body)> Asked { get; } = new();

    /// <summary>What is answered when the script is over.</summary>
    public string Otherwise { get; set; } = Granted;

    public ScriptedEndpoint Answers(string body, HttpStatusCode status = HttpStatusCode.OK)
    {
        _script.Enqueue(_ => Task.FromResult(Answer(body, status)));
        return this;
    }

    public ScriptedEndpoint Refuses(int code) => Answers($$$"""{"code":{{{code}}},"msg":"no","data":{}}""");

    public ScriptedEndpoint Breaks()
    {
        _script.Enqueue(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        return this;
    }

    public ScriptedEndpoint Hangs()
    {
        _script.Enqueue(async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return Answer("", HttpStatusCode.OK);
        });
        return this;
    }

    /// <summary>Answers, and its body never comes to an end.</summary>
    public ScriptedEndpoint Stalls()
    {
        _script.Enqueue(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) }));
        return this;
    }

    /// <summary>Never answers, whatever the token says.</summary>
    public ScriptedEndpoint Ignores()
    {
        _script.Enqueue(_ => new TaskCompletionSource<HttpResponseMessage>().Task);
        return this;
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Enqueue((request, await request.Content!.ReadAsStringAsync(cancellationToken)));
        return _script.TryDequeue(out var next) ? await next(cancellationToken) : Answer(Otherwise, HttpStatusCode.OK);
    }

    private static HttpResponseMessage Answer(string body, HttpStatusCode status) => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            await ReadAsync(buffer.AsMemory(offset, count), cancellationToken);

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
