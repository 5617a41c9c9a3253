using System.Net;
using System.Text;

namespace LarkService.UnitTests.Platform;

/// <summary>Stands in for the network: answers requests from a script and remembers them.</summary>
internal sealed class ScriptedHttp : HttpMessageHandler, IHttpClientFactory
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _script = new();
    private readonly List<Sent> _requests = [];
    private readonly Lock _gate = new();

    public IReadOnlyList<Sent> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Answers what the script has no line for.</summary>
    public Func<HttpResponseMessage> Otherwise { get; init; } = () => Json("""{"code":0,"data":{}}""");

    public ScriptedHttp Then(HttpResponseMessage response) => Then(_ => Task.FromResult(response));

    public ScriptedHttp Then(Exception broken) => Then(_ => Task.FromException<HttpResponseMessage>(broken));

    public ScriptedHttp Then(Func<CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Status(HttpStatusCode status, string? rateLimitReset = null)
    {
        var response = Json("{}", status);
        if (rateLimitReset is not null)
        {
            response.Headers.Add("x-ogw-ratelimit-reset", rateLimitReset);
        }

        return response;
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = new Sent(request.Method, request.RequestUri!, request.Headers.Authorization?.ToString(), request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        Func<CancellationToken, Task<HttpResponseMessage>>? next;
        lock (_gate)
        {
            _requests.Add(sent);
            _script.TryDequeue(out next);
        }

        return next is null ? Otherwise() : await next(cancellationToken);
    }

    internal sealed record Sent(HttpMethod Method, Uri Url, string? Authorization, string Body);
}
