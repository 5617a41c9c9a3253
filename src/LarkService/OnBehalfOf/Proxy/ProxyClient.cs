using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// The connections of the proxy: nothing is repeated, followed, unpacked or remembered on the way, and nothing is held in memory
/// but what is on its way at the moment.
/// </summary>
internal sealed class ProxyClient(HttpMessageHandler handler) : IDisposable
{
    /// <summary>More calls at once wait for a connection, as long as any call waits for an answer.</summary>
    private const int MostConnections = 2000;

    private readonly HttpMessageInvoker _invoker = new(handler);

    /// <param name="isTraced">Somebody collects traces.</param>
    public static SocketsHttpHandler ToThePlatform(bool isTraced) => new()
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxConnectionsPerServer = MostConnections,
        AutomaticDecompression = DecompressionMethods.None,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = isTraced ? DistributedContextPropagator.CreateNoOutputPropagator() : null, // a caller's trace and baggage are not the platform's
        MeterFactory = new Unheard(), // each call is counted and timed once, as lark_service_api_calls
        RequestHeaderEncodingSelector = (name, _) => name == "Authorization" ? null : Encoding.UTF8, // as our own server reads them; a token is ASCII, and long
    };

    /// <returns>The answer's head; its body is still on its way.</returns>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) => _invoker.SendAsync(request, ct);

    public void Dispose() => _invoker.Dispose();

    /// <summary>Its instruments belong to no host, so nobody collects them.</summary>
    private sealed class Unheard : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            return new Meter(options);
        }

        public void Dispose()
        {
        }
    }
}
