using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Tests.Network;

/// <summary>A simulator whose connections pass the relay, and clients of it.</summary>
public abstract class WireTest : SandboxTest
{
    private protected override SandboxOptions Options { get; } = new()
    {
        Relay = true,
        AckDeadline = TimeSpan.FromSeconds(30),
        RedeliveryLadder = QuickLadder,
        RedeliveryScale = 1,
        PingInterval = TimeSpan.FromSeconds(30),
    };

    private protected Task<Reply> FaultAsync(string name, JsonObject? body = null) => PostAsync($"/sandbox/api/faults/{name}", body);

    private protected Task<Reply> EndpointAsync() => PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });

    private protected async Task<string> AddressAsync() => (await EndpointAsync()).Data["URL"]!.ToString();

    /// <summary>A connection that the platform knows of.</summary>
    private protected async Task<TestSocket> OpenAsync()
    {
        var known = Platform.Connections.Open.Select(c => c.Id).ToHashSet();
        var socket = await TestSocket.OpenAsync(await AddressAsync());
        await Platform.WaitForAsync(() => Platform.Connections.Open.Any(c => !known.Contains(c.Id)), Patience);
        return socket;
    }

    /// <summary>A client that speaks TCP itself, because what is under test happens below the WebSocket.</summary>
    private protected async Task<TcpClient> OpenTcpAsync()
    {
        var url = new Uri(await AddressAsync());
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, url.Port);
        var hello = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(new byte[16])}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(hello));
        var answer = new byte[1024];
        var count = await client.GetStream().ReadAsync(answer);
        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count > 0, Patience);
        return client;
    }

    private protected static async Task<(int Http, string? Status, string? AuthErrCode, string? Msg)> RefusedAsync(string url)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri(url), CancellationToken.None));
        string? Header(string name) => socket.HttpResponseHeaders?.TryGetValue(name, out var values) == true ? values.Single() : null;
        return ((int)socket.HttpStatusCode, Header("Handshake-Status"), Header("Handshake-Autherrcode"), Header("Handshake-Msg"));
    }

    private protected static int Number(Lark.Wire.Frame frame, string header) => int.Parse(frame.Header(header)!, CultureInfo.InvariantCulture);
}
