namespace LarkService.LongConnection;

/// <summary>
/// One open connection from its first ping to its end. It ends by itself, or it is told to: when the service stops, or when
/// a successor has taken its place. Every wait on the way out has a bound, so that a socket which hangs holds up nobody.
/// </summary>
internal sealed partial class ConnectionSession : IAsyncDisposable
{
    /// <summary>What is in hand when the connection is closed on purpose gets so long.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    /// <summary>A connection that is replaced looks so long for a moment with nothing in hand, and goes on taking meanwhile.</summary>
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenSource _noMore = new();
    private readonly TaskCompletionSource<Disconnect> _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILarkSocket _socket;
    private readonly ConnectionStatus _status;
    private readonly InFlight _inFlight;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly FrameSender _sender;
    private readonly Heartbeat _heartbeat;
    private readonly PayloadDesk _desk;
    private readonly FrameReader _reader;
    private Task<Disconnect>? _beating;
    private Task<Disconnect>? _reading;

    public ConnectionSession(
        OpenConnection connection, ConnectionStatus status, InFlight inFlight, IPayloadSink sink, LongConnectionOptions options,
        LongConnectionMetrics metrics, RareLog rare, TimeProvider clock, ILogger logger)
    {
        (_socket, _status, _inFlight, _clock, _logger) = (connection.Socket, status, inFlight, clock, logger);
        _sender = new(connection.Socket, status.AppId, metrics, clock);
        _heartbeat = new(_sender, status, connection.Address, options.HeartbeatInterval, metrics, clock);
        _desk = new(_sender, sink, inFlight, metrics, clock, logger);
        _reader = new(connection.Socket, status, _heartbeat, inFlight, _desk, options, metrics, rare, clock, logger);
    }

    /// <summary>Lives until the connection ends. To be called once.</summary>
    public async Task<Disconnect> RunAsync(CancellationToken stopping)
    {
        await using var stop = stopping.UnsafeRegister(_ => _leave.TrySetResult(new(DisconnectKind.Stopping, "The service stops")), null);
        _beating = _heartbeat.RunAsync(_over.Token);
        _reading = _reader.RunAsync(_over.Token, _noMore.Token);
        var first = await Task.WhenAny(_reading, _beating, _sender.Broken, _leave.Task);
        var reason = await first;
        if (first == _leave.Task)
        {
            await FinishAsync(reason, stopping);
        }

        if (first == _leave.Task || reason.Kind == DisconnectKind.ClosedByPlatform)
        {
            await SayGoodbyeAsync(_reading);
        }

        return reason;
    }

    /// <summary>Finish what is in hand, say goodbye and end: another connection is there.</summary>
    public void Retire() => _leave.TrySetResult(new(DisconnectKind.Replaced, "Replaced by a new connection, as planned"));

    /// <summary>Cuts the line and waits a little for everything on it to end.</summary>
    public async ValueTask DisposeAsync()
    {
        var ending = Task.Run(EndAsync);
        await ending.WaitAsync(EndLimit, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ending.IsCompleted)
        {
            Log.EndHangs(_logger, _status.AppId, _status.Number, EndLimit);
        }
    }

    private async Task EndAsync()
    {
        _sender.Dispose();
        await Task.WhenAll(_noMore.CancelAsync(), _over.CancelAsync(), _socket.DisposeAsync().AsTask(), _reading ?? Task.CompletedTask, _beating ?? Task.CompletedTask)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reader.Dispose();
        _noMore.Dispose();
        _over.Dispose();
    }

    private async Task FinishAsync(Disconnect reason, CancellationToken stopping)
    {
        if (reason.Kind == DisconnectKind.Replaced)
        {
            await _desk.IdleAsync(QuietLimit, stopping);
        }

        await _noMore.CancelAsync();
        _desk.Close();
        if (await _desk.IdleAsync(DrainLimit, CancellationToken.None))
        {
            return;
        }

        Log.Unfinished(_logger, _status.AppId, _status.Number, DrainLimit);
        if (stopping.IsCancellationRequested)
        {
            await _inFlight.GiveUpAsync();
        }
    }

    // The platform's own goodbye is waited for: cutting the line with something unread in it may destroy ours on its way.
    private async Task SayGoodbyeAsync(Task reading)
    {
        using var limit = new CancellationTokenSource(GoodbyeLimit, _clock);
        await Task.WhenAll(_socket.CloseAsync(limit.Token), reading).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "Connection {Connection} of {AppId} closes with work in hand that was not finished within {Limit}")]
        public static partial void Unfinished(ILogger logger, string appId, int connection, TimeSpan limit);

        [LoggerMessage(3, LogLevel.Warning, "The socket of connection {Connection} of {AppId} did not let go within {Limit}; it is left behind")]
        public static partial void EndHangs(ILogger logger, string appId, int connection, TimeSpan limit);
    }
}
