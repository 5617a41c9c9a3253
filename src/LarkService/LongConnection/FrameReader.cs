using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>
/// Reads the frames of one open connection. Reading never waits for whoever works on a payload, only a little for room among
/// those in hand. A frame that cannot be used is counted and left; the connection stays.
/// </summary>
internal sealed partial class FrameReader(
    ILarkSocket socket,
    ConnectionStatus status,
    Heartbeat heartbeat,
    InFlight inFlight,
    PayloadDesk desk,
    LongConnectionOptions options,
    LongConnectionMetrics metrics,
    RareLog rare,
    TimeProvider clock,
    ILogger logger) : IDisposable
{
    private const int MaxLoggedId = 128;

    /// <summary>A payload that finds no room for so long is left unanswered: by then the platform has given it up and pushes it again.</summary>
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(3);

    /// <summary>Messages whose rest has not come yet.</summary>
    public PacketAssembler Packets { get; } = new(options.MaxMessageBytes, clock, count => Expired(count, status, metrics, rare, logger));

    /// <summary>Ends when there is nothing more to read.</summary>
    /// <param name="over">The connection is. Not the service's stopping: cancelling a read breaks the socket before the last acks are out.</param>
    /// <param name="noMore">From now on payloads are left to others.</param>
    public async Task<Disconnect> RunAsync(CancellationToken over, CancellationToken noMore)
    {
        while (true)
        {
            SocketMessage message;
            try
            {
                message = await socket.ReceiveAsync(over);
            }
            catch (Exception e)
            {
                return new(DisconnectKind.NetworkFailed, $"The connection broke ({NetworkFaults.Name(e)})");
            }

            if (message is SocketMessage.Closed closed)
            {
                return new(DisconnectKind.ClosedByPlatform, $"The platform closed the connection (code {closed.Code})");
            }

            await TakeAsync(message, noMore);
        }
    }

    public void Dispose() => Packets.Dispose();

    private async Task TakeAsync(SocketMessage message, CancellationToken noMore)
    {
        try
        {
            switch (message)
            {
                case SocketMessage.Binary binary:
                    await TakeAsync(binary.Bytes, noMore);
                    break;
                case SocketMessage.TooLarge large:
                    Refuse("too_large", large.Size);
                    break;
                case SocketMessage.Text text:
                    Refuse("text", text.Size);
                    break;
            }
        }
        catch (Exception e)
        {
            // No frame may end the connection, not even by a mistake of ours.
            metrics.Dropped(status.AppId, "fault");
            if (rare.Allows("fault:" + e.GetType().Name))
            {
                Log.Fault(logger, status.AppId, status.Number, e);
            }
        }
    }

    private Task TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken noMore)
    {
        if (FrameCodec.TryDecode(bytes.Span, options.MaxMessageBytes, out var frame) is { } fault)
        {
            Refuse(LongConnectionMetrics.Word(fault), bytes.Length);
            return Task.CompletedTask;
        }

        switch (frame.Method, frame.Text("type"))
        {
            case (Frames.ControlMethod, "pong"):
                metrics.Received(status.AppId, "pong");
                if (heartbeat.Pong(frame.Payload.Memory) && rare.Allows($"config:{status.AppId}/{status.Number}"))
                {
                    Log.ConfigChanged(logger, status.AppId, status.Number, status.Snapshot.Config, heartbeat.Interval);
                }

                return Task.CompletedTask;
            case (Frames.DataMethod, "event"):
                metrics.Received(status.AppId, "event");
                return TakePacketAsync(frame, bytes.Length, noMore);
            case (Frames.DataMethod, "card"):
                // The form before card.action.trigger: no client of the platform answers it, so it must not be acknowledged.
                metrics.Received(status.AppId, "card");
                Drop("card", bytes.Length);
                return Task.CompletedTask;
            default:
                metrics.Received(status.AppId, "other");
                Drop(frame.Method switch { Frames.ControlMethod => "unknown_control", Frames.DataMethod => "unknown_data", _ => "unknown_method" }, bytes.Length);
                return Task.CompletedTask;
        }
    }

    private async Task TakePacketAsync(Frame frame, int size, CancellationToken noMore)
    {
        if (noMore.IsCancellationRequested)
        {
            metrics.Dropped(status.AppId, "closing"); // not acknowledged: the platform pushes it to somebody else
            return;
        }

        var messageId = frame.Text("message_id");
        switch (Packets.Add(messageId, frame.Number("sum", absent: 1), frame.Number("seq", absent: 0), frame.Payload))
        {
            case PacketOutcome.Complete complete:
                await TakeWholeAsync(frame, new(status.AppId, Shorten(messageId ?? ""), complete.Payload, clock.GetTimestamp()), noMore);
                break;
            case PacketOutcome.Dropped dropped:
                Drop(dropped.Why, size);
                break;
        }
    }

    private async Task TakeWholeAsync(Frame frame, LarkPayload payload, CancellationToken noMore)
    {
        if (!inFlight.TryTakeRoom() && !await WaitForRoomAsync(noMore))
        {
            Drop(noMore.IsCancellationRequested ? "closing" : "busy", payload.Json.Length);
        }
        else if (!desk.Take(frame, payload))
        {
            inFlight.ReturnRoom();
            metrics.Dropped(status.AppId, "closing");
        }
    }

    private async Task<bool> WaitForRoomAsync(CancellationToken noMore)
    {
        heartbeat.ReaderPauses();
        try
        {
            return await inFlight.TakeRoomAsync(BusyLimit, noMore);
        }
        finally
        {
            heartbeat.ReaderGoesOn();
        }
    }

    private static void Expired(int count, ConnectionStatus status, LongConnectionMetrics metrics, RareLog rare, ILogger logger)
    {
        metrics.Dropped(status.AppId, "expired", count);
        if (rare.Allows("expired"))
        {
            Log.Expired(logger, status.AppId, status.Number, count, PacketAssembler.Lifetime);
        }
    }

    private void Refuse(string why, long size)
    {
        metrics.Received(status.AppId, "invalid");
        Drop(why, size);
    }

    private void Drop(string why, long size)
    {
        metrics.Dropped(status.AppId, why);
        if (rare.Allows(why))
        {
            Log.Dropped(logger, status.AppId, status.Number, why, size);
        }
    }

    private static string Shorten(string id) => id.Length > MaxLoggedId ? id[..MaxLoggedId] : id;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A frame on connection {Connection} of {AppId} was not used: {Kind}, {Size} bytes. The connection stays; more of this kind are counted and logged once an hour")]
        public static partial void Dropped(ILogger logger, string appId, int connection, string kind, long size);

        [LoggerMessage(2, LogLevel.Warning, "{Count} split message(s) on connection {Connection} of {AppId} stayed incomplete for {Limit} and were dropped; the platform pushes them again. More are counted and logged once an hour")]
        public static partial void Expired(ILogger logger, string appId, int connection, int count, TimeSpan limit);

        [LoggerMessage(3, LogLevel.Information, "Connection {Connection} of {AppId}: the platform asks clients for {Config}; our heartbeat is {Heartbeat}")]
        public static partial void ConfigChanged(ILogger logger, string appId, int connection, ClientConfig? config, TimeSpan heartbeat);

        [LoggerMessage(4, LogLevel.Error, "A frame on connection {Connection} of {AppId} met a fault of this service. The connection stays; more of this kind are counted and logged once an hour")]
        public static partial void Fault(ILogger logger, string appId, int connection, Exception e);
    }
}
