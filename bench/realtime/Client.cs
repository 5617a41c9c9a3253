using System.Buffers.Text;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;

namespace LarkService.RealtimeBench;

/// <summary>A plain WebSocket that speaks SignalR's JSON protocol and notes how long each event took to arrive.</summary>
internal sealed class Client : IDisposable
{
    private const byte End = 0x1e;
    private static readonly byte[] Ping = [.. "{\"type\":6}"u8, End];
    private readonly ClientWebSocket _socket = new();
    private readonly List<double> _took = [];

    private Client()
    {
        _socket.Options.Proxy = null;
        _socket.Options.SetBuffer(1024, 1024);
    }

    /// <summary>Milliseconds, of each event.</summary>
    public IReadOnlyList<double> Took => _took;

    public static async Task<Client> ConnectAsync(Uri service, string key)
    {
        var client = new Client();
        client._socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        await client._socket.ConnectAsync(new UriBuilder(service) { Scheme = "ws", Path = "/hubs/realtime" }.Uri, CancellationToken.None);
        await client._socket.SendAsync((byte[])[.. "{\"protocol\":\"json\",\"version\":1}"u8, End], WebSocketMessageType.Text, true, CancellationToken.None);
        var welcome = new byte[16];
        var got = await client._socket.ReceiveAsync(welcome, CancellationToken.None);
        return Encoding.ASCII.GetString(welcome, 0, got.Count) == "{}\u001e" ? client : throw new InvalidOperationException("The hub did not welcome a client.");
    }

    /// <summary>Reads until the line ends.</summary>
    public async Task ReadAsync()
    {
        var buffer = new byte[1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } got)
            {
                Note(buffer.AsSpan(0, got.Count), Stopwatch.GetTimestamp());
            }
        }
        catch (WebSocketException)
        {
            // It was closed here.
        }
    }

    public Task PingAsync() => _socket.SendAsync(Ping, WebSocketMessageType.Text, true, CancellationToken.None);

    public void Forget() => _took.Clear();

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    // The service writes each event as one message, and these are small: they arrive whole.
    private void Note(ReadOnlySpan<byte> text, long now)
    {
        for (var at = text.IndexOf("\"sent\":"u8); at >= 0; at = text.IndexOf("\"sent\":"u8))
        {
            text = text[(at + "\"sent\":"u8.Length)..];
            if (Utf8Parser.TryParse(text, out long sent, out _))
            {
                _took.Add(Stopwatch.GetElapsedTime(sent, now).TotalMilliseconds);
            }
        }
    }
}
