using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>
/// Brings the payloads of one open connection to the sink, and its answers back to the platform as the acks of the frames they
/// came with, as soon as the sink has answered.
/// </summary>
internal sealed partial class PayloadDesk(FrameSender sender, IPayloadSink sink, InFlight inFlight, LongConnectionMetrics metrics, TimeProvider clock, ILogger logger)
{
    private readonly Lock _lock = new();
    private int _inHand;
    private bool _isClosed;
    private TaskCompletionSource? _idle;

    private Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _inHand == 0 ? Task.CompletedTask : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>Starts work in the room the caller has taken; the answer follows by itself.</summary>
    /// <param name="frame">Becomes the ack.</param>
    /// <param name="payload">What it held.</param>
    /// <returns>False when nothing is taken any more; the room is the caller's still.</returns>
    public bool Take(Frame frame, LarkPayload payload)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            _inHand++;
        }

        inFlight.Start(async ct =>
        {
            try
            {
                await AnswerAsync(frame, payload, ct);
            }
            finally
            {
                Done();
            }
        });
        return true;
    }

    /// <summary>Takes nothing any more: once it is idle it stays idle, and nothing is stored whose ack could not go out.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <returns>True once nothing of this connection is in hand, false when that takes too long.</returns>
    public async Task<bool> IdleAsync(TimeSpan within, CancellationToken ct)
    {
        var idle = Idle;
        await idle.WaitAsync(within, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return idle.IsCompleted;
    }

    private async Task AnswerAsync(Frame frame, LarkPayload payload, CancellationToken ct)
    {
        var answer = await AskSinkAsync(payload, ct);
        if (answer is not PayloadAnswer.NoAnswer && await sender.SendAsync(frame.AnsweredBy(answer, clock.GetElapsedTime(payload.ReceivedAt)), "ack"))
        {
            metrics.Acked(answer.Kind, clock.GetElapsedTime(payload.ReceivedAt));
        }

        answer.Afterwards?.Invoke();
    }

    private async Task<PayloadAnswer> AskSinkAsync(LarkPayload payload, CancellationToken ct)
    {
        try
        {
            return await sink.ReceiveAsync(payload, ct);
        }
        catch (Exception e)
        {
            Log.SinkFailed(logger, payload.AppId, payload.MessageId, payload.Json.Length, e);
            return new PayloadAnswer.Failed();
        }
    }

    private void Done()
    {
        lock (_lock)
        {
            if (--_inHand == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Payload {MessageId} of {AppId} ({Size} bytes) could not be taken")]
        public static partial void SinkFailed(ILogger logger, string appId, string messageId, int size, Exception e);
    }
}
