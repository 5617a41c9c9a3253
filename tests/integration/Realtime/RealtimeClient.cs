using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Realtime;

/// <summary>A client of the hub that speaks SignalR's JSON protocol over a plain WebSocket, and may speak it badly.</summary>
internal sealed class RealtimeClient : IAsyncDisposable
{
    private const byte End = 0x1e;
    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonNode> _messages = Channel.CreateUnbounded<JsonNode>();
    private Task _reading = Task.CompletedTask;

    private RealtimeClient()
    {
        _socket.Options.Proxy = null;
        _socket.Options.CollectHttpResponseDetails = true;
    }

    /// <param name="service">Its address.</param>
    /// <param name="token">An API key or an access token; null: none.</param>
    /// <param name="inQuery">As browsers send it.</param>
    public static async Task<RealtimeClient> ConnectAsync(Uri service, string? token, bool inQuery = false)
    {
        var client = new RealtimeClient();
        try
        {
            await client.OpenAsync(service, token, inQuery);
            await client.SendAsync("""{"protocol":"json","version":1}""");
            client._reading = client.ReadAsync();
            Assert.Equal("{}", (await client.NextAsync()).ToJsonString());
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>One that never reads what it is told.</summary>
    public static async Task<RealtimeClient> ConnectDeafAsync(Uri service, string token)
    {
        var client = new RealtimeClient();
        await client.OpenAsync(service, token, inQuery: false);
        await client.SendAsync("""{"protocol":"json","version":1}""");
        return client;
    }

    /// <returns>How the service answers an attempt that must not succeed.</returns>
    public static async Task<HttpStatusCode> RefusalAsync(Uri service, string? token, bool inQuery = false)
    {
        await using var client = new RealtimeClient();
        await Assert.ThrowsAsync<WebSocketException>(() => client.OpenAsync(service, token, inQuery));
        return client._socket.HttpStatusCode;
    }

    /// <summary>Sends one message as it is.</summary>
    public Task SendAsync(string message) => _socket.SendAsync((byte[])[.. Encoding.UTF8.GetBytes(message), End], WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>The next thing the service says, but for its pings.</summary>
    public async Task<JsonNode> NextAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        return await _messages.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The next thing it says is this event, and nothing else.</summary>
    public async Task<JsonNode> EventAsync(string name)
    {
        var message = await NextAsync();
        Assert.True(message["type"]?.GetValue<int>() == 1 && message["target"]!.ToString() == name, $"{message.ToJsonString()} instead of {name}");
        return Assert.Single(message["arguments"]!.AsArray())!;
    }

    /// <summary>It says nothing but why, and closes.</summary>
    /// <returns>The error, and whether clients that connect again by themselves shall.</returns>
    public async Task<(JsonNode Error, bool MayComeBack)> ClosedAsync()
    {
        var error = await EventAsync("error");
        var close = await NextAsync();
        Assert.Equal(7, close["type"]!.GetValue<int>());
        await GoneAsync();
        return (error, close["allowReconnect"]?.GetValue<bool>() == true);
    }

    /// <summary>The line is at its end.</summary>
    public Task GoneAsync() => _reading.WaitAsync(Eventually.Patience);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task OpenAsync(Uri service, string? token, bool inQuery)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        if (token is not null && !inQuery)
        {
            _socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        await _socket.ConnectAsync(new UriBuilder(service) { Scheme = "ws", Path = "/hubs/realtime", Query = inQuery ? $"access_token={token}" : "" }.Uri, limit.Token);
    }

    private async Task ReadAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } got)
            {
                foreach (var one in buffer.Take(got.Count))
                {
                    Take(one, message);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut, by either side.
        }

        _messages.Writer.Complete();
    }

    private void Take(byte one, MemoryStream message)
    {
        if (one != End)
        {
            message.WriteByte(one);
            return;
        }

        var node = JsonNode.Parse(message.ToArray())!;
        message.SetLength(0);
        if (node["type"]?.GetValue<int>() != 6)
        {
            _messages.Writer.TryWrite(node);
        }
    }
}
