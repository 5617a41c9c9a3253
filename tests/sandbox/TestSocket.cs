using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Google.Protobuf;
using Lark.Wire;

namespace LarkSandbox.Tests;

/// <summary>A client of the long connection, written against the schema and nothing of the simulator.</summary>
internal sealed class TestSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Channel<Frame> _frames = Channel.CreateUnbounded<Frame>();
    private Task _reading = Task.CompletedTask;

    /// <summary>The code of the platform's goodbye; null when it said none.</summary>
    public WebSocketCloseStatus? ClosedWith => _socket.CloseStatus;

    /// <summary>Completes when the platform hangs up or the line is cut.</summary>
    public Task Ended => _reading;

    public static async Task<TestSocket> OpenAsync(string url)
    {
        var socket = new TestSocket();
        socket._socket.Options.Proxy = null;
        socket._socket.Options.CollectHttpResponseDetails = true;
        await socket._socket.ConnectAsync(new Uri(url), CancellationToken.None);
        socket._reading = socket.ReadAsync();
        return socket;
    }

    public async Task<Frame> NextAsync()
    {
        using var limit = new CancellationTokenSource(SandboxTest.Patience);
        return await _frames.Reader.ReadAsync(limit.Token);
    }

    public Task SendAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Binary) => _socket.SendAsync(bytes, type, true, CancellationToken.None);

    public Task SendAsync(Frame frame) => SendAsync(frame.ToByteArray());

    public Task PingAsync(int service = 33554678)
    {
        var ping = new Frame { SeqID = 0, LogID = 0, Service = service, Method = 0 };
        ping.Headers.Add(new Header { Key = "type", Value = "ping" });
        return SendAsync(ping);
    }

    public Task SayGoodbyeAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    /// <summary>Answers a push as the SDKs do: the same frame, biz_rt added, the payload replaced.</summary>
    public Task AckAsync(Frame push, int code = 200, JsonNode? data = null, Action<Frame>? change = null)
    {
        var ack = push.Clone();
        ack.Headers.Add(new Header { Key = "biz_rt", Value = "-3" });
        var body = new JsonObject { ["code"] = code, ["headers"] = null, ["data"] = data is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(data.ToJsonString())) };
        ack.Payload = ByteString.CopyFromUtf8(body.ToJsonString());
        change?.Invoke(ack);
        return SendAsync(ack);
    }

    /// <summary>Acknowledges everything from now on, until the line is gone; returns what came.</summary>
    public async Task<IReadOnlyList<Frame>> AckAllAsync()
    {
        var seen = new List<Frame>();
        try
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync())
            {
                seen.Add(frame);
                await AckAsync(frame);
            }
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The line is gone.
        }

        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 20];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await SayGoodbyeAsync();
                    break;
                }

                _frames.Writer.TryWrite(Frame.Parser.ParseFrom(buffer.AsSpan(0, received.Count)));
            }
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The line is gone.
        }

        _frames.Writer.TryComplete();
    }
}
