using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Google.Protobuf;
using Lark.Wire;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.LongConnection;

/// <summary>Opens sockets whose other end is the test.</summary>
internal sealed class ScriptedConnector : ILarkSocketConnector
{
    private readonly Channel<ScriptedSocket> _opened = Channel.CreateUnbounded<ScriptedSocket>();
    private readonly ConcurrentQueue<Exception> _refusals = new();
    private int _attempts;

    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Attempts wait for this, whatever their token says.</summary>
    public TaskCompletionSource<ILarkSocket>? Hangs { get; set; }

    /// <summary>Sockets opened from now on answer every ping.</summary>
    public bool AnswersPings { get; set; }

    /// <summary>The next attempt fails like this.</summary>
    public void Refuse(Exception with) => _refusals.Enqueue(with);

    /// <summary>The next connection that was opened.</summary>
    public Task<ScriptedSocket> OpenedAsync() => _opened.Reader.ReadAsync().AsTask().Soon();

    public Task<ILarkSocket> OpenAsync(Uri url, CancellationToken ct)
    {
        Interlocked.Increment(ref _attempts);
        if (Hangs is { } late)
        {
            return late.Task;
        }

        if (_refusals.TryDequeue(out var refusal))
        {
            return Task.FromException<ILarkSocket>(refusal);
        }

        var socket = new ScriptedSocket { AnswersPings = AnswersPings };
        _opened.Writer.TryWrite(socket);
        return Task.FromResult<ILarkSocket>(socket);
    }
}

/// <summary>A socket whose other end is the test.</summary>
internal sealed class ScriptedSocket : ILarkSocket
{
    private readonly Channel<SocketMessage> _inbound = Channel.CreateUnbounded<SocketMessage>();
    private readonly Channel<Frame> _sent = Channel.CreateUnbounded<Frame>();
    private readonly TaskCompletionSource _goodbye = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task SaidGoodbye => _goodbye.Task.Soon();

    public Task Disposed => _disposed.Task.Soon();

    /// <summary>Makes every send fail.</summary>
    public bool SendsFail { get; set; }

    /// <summary>Makes every send wait until the socket is disposed of.</summary>
    public bool SendsHang { get; set; }

    /// <summary>Says nothing when told goodbye.</summary>
    public bool IgnoresGoodbye { get; set; }

    /// <summary>Holds up whoever wants to be rid of it, and its reader with it.</summary>
    public bool DisposeHangs { get; set; }

    /// <summary>Every ping has its pong.</summary>
    public bool AnswersPings { get; set; }

    public bool IsGone => _disposed.Task.IsCompleted;

    public bool HasSaidGoodbye => _goodbye.Task.IsCompleted;

    public int Unread => _inbound.Reader.Count;

    public void Push(Frame frame) => Push(frame.ToByteArray());

    public void Push(byte[] bytes) => _inbound.Writer.TryWrite(new SocketMessage.Binary(bytes));

    public void Push(SocketMessage message) => _inbound.Writer.TryWrite(message);

    public void PushVector(string name) => Push(FrameVector.Named(name).Bytes);

    public void Pong(string? config = null)
    {
        var pong = new Frame { SeqID = 0, LogID = 0, Service = 1, Method = 0, Headers = { new Header { Key = "type", Value = "pong" } } };
        if (config is not null)
        {
            pong.Payload = ByteString.CopyFromUtf8(config);
        }

        Push(pong);
    }

    public void Close(int code = 1006) => Push(new SocketMessage.Closed(code));

    public void Break() => _inbound.Writer.TryComplete(new WebSocketException(WebSocketError.ConnectionClosedPrematurely));

    /// <summary>The next frame the service sends, of this type; others are passed over.</summary>
    public async Task<Frame> SentAsync(string type)
    {
        while (true)
        {
            var frame = await _sent.Reader.ReadAsync(Until.SomeTime());
            if (frame.Text("type") == type && (type == "ping" || frame.Text("biz_rt") is not null))
            {
                return frame;
            }
        }
    }

    public Task<Frame> AckAsync() => SentAsync("event");

    public int SentSoFar => _sent.Reader.Count;

    public async Task<SocketMessage> ReceiveAsync(CancellationToken ct) => await _inbound.Reader.ReadAsync(DisposeHangs ? CancellationToken.None : ct);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        if (SendsFail || IsGone)
        {
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
        }

        if (SendsHang)
        {
            await _disposed.Task;
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
        }

        var frame = Frame.Parser.ParseFrom(message.ToArray());
        _sent.Writer.TryWrite(frame);
        if (AnswersPings && frame.Text("type") == "ping")
        {
            Pong();
        }
    }

    public Task CloseAsync(CancellationToken ct)
    {
        _goodbye.TrySetResult();
        if (!IgnoresGoodbye)
        {
            Close(1000);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (DisposeHangs)
        {
            await new TaskCompletionSource().Task;
        }

        _disposed.TrySetResult();
        Break();
    }
}
