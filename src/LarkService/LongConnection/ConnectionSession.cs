using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>
/// One open connection from its first ping to its end. Reading never waits for whoever works on a payload, only for room
/// among those in hand. A frame that cannot be used is counted and left; the connection stays.
/// </summary>
internal sealed partial class ConnectionSession(
    OpenConnection connection,
    ConnectionStatus status,
    InFlight inFlight,
    IPayloadSink sink,
    LongConnectionOptions options,
    LongConnectionMetrics metrics,
    RareLog rare,
    TimeProvider clock,
    ILogger logger) : IDisposable
{
    /// <summary>What is in hand when the service stops gets so long.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _over = new();
    private readonly PacketAssembler _packets = new(options.MaxMessageBytes, clock);
    private readonly FrameSender _sender = new(connection.Socket, status.AppId, metrics, clock);
    private readonly PayloadDesk _desk = new(sink, inFlight, metrics, clock, logger);

    /// <summary>Lives until the connection ends by itself, or the service stops: then what is in hand is finished and acknowledged first.</summary>
    public async Task<Disconnect> RunAsync(CancellationToken stopping)
    {
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(stopping, _over.Token);
        var heartbeat = new Heartbeat(_sender, status, connection.Address, options.HeartbeatInterval, metrics, clock);
        var stop = Task.Delay(Timeout.InfiniteTimeSpan, clock, noMore.Token);
        var beating = heartbeat.RunAsync(_over.Token);
        var reading = ReadAsync(heartbeat, _over.Token, noMore.Token);
        var first = await Task.WhenAny(reading, beating, _sender.Broken, stop);
        try
        {
            return await (first == stop ? StopAsync() : EndAsync((Task<Disconnect>)first));
        }
        finally
        {
            await _over.CancelAsync();
            await Task.WhenAll(reading, beating, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _over.Dispose();
    }

    private async Task<Disconnect> EndAsync(Task<Disconnect> ended)
    {
        var reason = await ended;
        if (reason.Kind == DisconnectKind.ClosedByPlatform)
        {
            await SayGoodbyeAsync();
        }

        return reason;
    }

    private async Task<Disconnect> StopAsync()
    {
        if (!await inFlight.DrainAsync(DrainLimit))
        {
            Log.Unfinished(logger, status.AppId, status.Number, DrainLimit);
        }

        await SayGoodbyeAsync();
        return new(DisconnectKind.Stopping, "The service stops");
    }

    private async Task SayGoodbyeAsync()
    {
        using var limit = new CancellationTokenSource(GoodbyeLimit, clock);
        await connection.Socket.CloseAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Not stopped by the host's stopping: cancelling a read breaks the socket before the last acks are out.
    private async Task<Disconnect> ReadAsync(Heartbeat heartbeat, CancellationToken over, CancellationToken noMore)
    {
        try
        {
            while (true)
            {
                switch (await connection.Socket.ReceiveAsync(over))
                {
                    case SocketMessage.Closed closed:
                        return new(DisconnectKind.ClosedByPlatform, $"The platform closed the connection (code {closed.Code})");
                    case SocketMessage.Binary binary:
                        await TakeAsync(binary.Bytes, heartbeat, over, noMore);
                        break;
                    case SocketMessage.TooLarge large:
                        Drop("too_large", large.Size);
                        break;
                    case SocketMessage.Text text:
                        Drop("text", text.Size);
                        break;
                }
            }
        }
        catch (Exception e) when (!over.IsCancellationRequested) // an aborted socket throws "cancelled", too
        {
            return new(DisconnectKind.NetworkFailed, $"The connection broke ({e.GetType().Name})");
        }
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> bytes, Heartbeat heartbeat, CancellationToken over, CancellationToken noMore)
    {
        if (FrameCodec.TryDecode(bytes.Span, options.MaxMessageBytes, out var frame) is { } fault)
        {
            Drop(LongConnectionMetrics.Word(fault), bytes.Length);
            return;
        }

        metrics.Dropped(status.AppId, "expired", _packets.DropExpired());
        var type = frame.Text("type");
        switch (frame.Method, type)
        {
            case (Frames.ControlMethod, "pong"):
                metrics.Received(status.AppId, "pong");
                heartbeat.Pong(frame.Payload.Memory);
                break;
            case (Frames.DataMethod, "event"):
                metrics.Received(status.AppId, "event");
                await TakePacketAsync(frame, bytes.Length, over, noMore);
                break;
            case (Frames.DataMethod, "card"):
                // The form before card.action.trigger: no client of the platform answers it, so it must not be acknowledged.
                metrics.Received(status.AppId, "card");
                Drop("card", bytes.Length);
                break;
            default:
                metrics.Received(status.AppId, "other");
                Drop(frame.Method switch { Frames.ControlMethod => "unknown_control", Frames.DataMethod => "unknown_data", _ => "unknown_method" }, bytes.Length);
                break;
        }
    }

    private async Task TakePacketAsync(Frame frame, int size, CancellationToken over, CancellationToken noMore)
    {
        if (noMore.IsCancellationRequested)
        {
            metrics.Dropped(status.AppId, "stopping"); // not acknowledged: the platform pushes it to somebody else
            return;
        }

        var messageId = frame.Text("message_id");
        switch (_packets.Add(messageId, frame.Number("sum", absent: 1), frame.Number("seq", absent: 0), frame.Payload))
        {
            case PacketOutcome.Complete complete:
                await _desk.TakeAsync(_sender, frame, new(status.AppId, messageId ?? "", complete.Payload, clock.GetTimestamp()), over, noMore);
                break;
            case PacketOutcome.Dropped dropped:
                Drop(dropped.Why, size);
                break;
        }
    }

    private void Drop(string why, long size)
    {
        metrics.Dropped(status.AppId, why);
        if (rare.Allows(why))
        {
            Log.Dropped(logger, status.AppId, status.Number, why, size);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A frame on connection {Connection} of {AppId} was not used: {Kind}, {Size} bytes. The connection stays; more of this kind are counted and logged once an hour")]
        public static partial void Dropped(ILogger logger, string appId, int connection, string kind, long size);

        [LoggerMessage(2, LogLevel.Warning, "Connection {Connection} of {AppId} closes with work in hand that was not finished within {Limit}")]
        public static partial void Unfinished(ILogger logger, string appId, int connection, TimeSpan limit);
    }
}
