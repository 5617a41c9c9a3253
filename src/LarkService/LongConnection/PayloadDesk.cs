using Lark.Wire;

namespace LarkService.LongConnection;

/// <summary>Brings a payload to the sink and its answer back to the platform, as the ack of the frame it came with.</summary>
internal sealed partial class PayloadDesk(IPayloadSink sink, InFlight inFlight, LongConnectionMetrics metrics, TimeProvider clock, ILogger logger)
{
    /// <summary>Waits for room and no longer: the answer follows by itself.</summary>
    /// <param name="sender">Of the connection the frame came on.</param>
    /// <param name="frame">Becomes the ack.</param>
    /// <param name="payload">What it held.</param>
    /// <param name="over">That connection is gone, and with it the way back.</param>
    /// <param name="noMore">Nothing more is taken.</param>
    public async Task TakeAsync(FrameSender sender, Frame frame, LarkPayload payload, CancellationToken over, CancellationToken noMore)
    {
        try
        {
            await inFlight.WaitForRoomAsync(noMore);
        }
        catch (OperationCanceledException)
        {
            metrics.Dropped(payload.AppId, "stopping");
            return;
        }

        inFlight.Start(ct => AnswerAsync(sender, frame, payload, over, ct));
    }

    private async Task AnswerAsync(FrameSender sender, Frame frame, LarkPayload payload, CancellationToken over, CancellationToken ct)
    {
        var answer = await AskSinkAsync(payload, ct);
        if (answer is not PayloadAnswer.NoAnswer && await sender.SendAsync(frame.AnsweredBy(answer, clock.GetElapsedTime(payload.ReceivedAt)), "ack", over))
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Payload {MessageId} of {AppId} ({Size} bytes) could not be taken")]
        public static partial void SinkFailed(ILogger logger, string appId, string messageId, int size, Exception e);
    }
}
