using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LarkService.IntegrationTests.Support;

/// <summary>An HTTP proxy on 127.0.0.1: it forwards plain requests, opens tunnels, and remembers both. It can ask for a password.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private const int MaxHead = 64 * 1024;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly string? _credentials;
    private readonly Task _accepting;

    public TestProxy(string? user = null, string? password = null)
    {
        _credentials = user is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Url = user is null ? $"http://127.0.0.1:{Port}" : $"http://{user}:{Uri.EscapeDataString(password!)}@127.0.0.1:{Port}";
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Url { get; }

    /// <summary>Method and path of what was forwarded.</summary>
    public ConcurrentQueue<string> Forwarded { get; } = new();

    /// <summary>Where tunnels lead to.</summary>
    public ConcurrentQueue<string> Tunnels { get; } = new();

    /// <summary>Requests without the password.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    /// <summary>The environment of a process that uses it for everything, this machine too.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
        ((string[])["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"]).Select(name => KeyValuePair.Create(name, Url))
        .Concat(((string[])["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"]).Select(name => KeyValuePair.Create(name, "")));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    /// <summary>Carries bytes both ways until one end is done.</summary>
    public static async Task JoinAsync(Stream one, Stream other, CancellationToken ct) =>
        await await Task.WhenAny(one.CopyToAsync(other, ct), other.CopyToAsync(one, ct));

    private async Task AcceptAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_over.Token);
            _ = Task.Run(async () =>
            {
                using (client)
                {
                    await ServeAsync(client.GetStream()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });
        }
    }

    private async Task ServeAsync(NetworkStream client)
    {
        var lines = (await ReadHeadAsync(client)).Split("\r\n");
        if (_credentials is not null && !lines.Contains($"Proxy-Authorization: {_credentials}", StringComparer.OrdinalIgnoreCase))
        {
            Refused.Enqueue(lines[0]);
            await WriteAsync(client, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        var (method, target) = (lines[0].Split(' ')[0], lines[0].Split(' ')[1]);
        using var server = new TcpClient();
        if (method == "CONNECT")
        {
            Tunnels.Enqueue(target);
            await server.ConnectAsync(IPEndPoint.Parse(target), _over.Token);
            await WriteAsync(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        }
        else
        {
            var url = new Uri(target);
            Forwarded.Enqueue($"{method} {url.AbsolutePath}");
            await server.ConnectAsync(IPAddress.Parse(url.Host), url.Port, _over.Token);
            var headers = lines[1..].Where(h => !h.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) && !h.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
            await WriteAsync(server.GetStream(), string.Join("\r\n", headers.Prepend($"{method} {url.PathAndQuery} HTTP/1.1").Append("Connection: close")) + "\r\n\r\n");
        }

        await JoinAsync(client, server.GetStream(), _over.Token);
    }

    // Byte by byte, so that nothing behind the head is taken.
    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < MaxHead && await stream.ReadAsync(one, _over.Token) == 1)
        {
            head.Append((char)one[0]);
            if (head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                return head.ToString(0, head.Length - 4);
            }
        }

        throw new IOException("No request.");
    }

    private async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), _over.Token);
}
