using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.LongConnection;
using LarkService.Platform.OpenApi;

namespace LarkService.Events.Callbacks;

/// <summary>
/// Answers clicks on cards. The platform waits 3 s and does not ask again, so the person gets an answer within 2.5 s whatever
/// the handler does: its own, or a toast, and then what it makes of the card later.
/// </summary>
internal sealed partial class CardCallbacks(
    CardActionHandlers handlers,
    CallbackWork work,
    EventsMetrics metrics,
    RareLog rare,
    TimeProvider clock,
    ILogger<CardCallbacks> logger,
    ILateCardUpdates? lateCards = null)
{
    /// <summary>Counted from the click's arrival; leaves the platform's 3 s some time for the way.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2.5);

    private readonly RecentAnswers _recent = new();

    /// <param name="click">The callback.</param>
    /// <param name="receivedAt">When it arrived: a <see cref="TimeProvider.GetTimestamp"/>.</param>
    public async Task<PayloadAnswer> AnswerAsync(LarkEvent click, long receivedAt)
    {
        var (answer, repeated) = _recent.GetOrAdd($"{click.AppId}|{click.EventId}", () => AnswerFirstAsync(click, receivedAt));
        if (repeated)
        {
            Count(EventOutcome.Repeated);
        }

        return await answer;
    }

    private async Task<PayloadAnswer.Ok> AnswerFirstAsync(LarkEvent click, long receivedAt)
    {
        if (CardActionReader.Read(click) is not { } action)
        {
            return NotUnderstood(EventOutcome.UndecodableValue, click);
        }

        return handlers.For(action.Action) is { } handler ? await HandleAsync(handler, action, receivedAt) : NotUnderstood(EventOutcome.UnknownAction, click);
    }

    private async Task<PayloadAnswer.Ok> HandleAsync(ICardActionHandler handler, CardAction action, long receivedAt)
    {
        // On a thread of its own: a handler that works before its first await must not hold up the answer either.
        var handling = Task.Run(() => handler.HandleAsync(action, work.End));
        var left = Limit - clock.GetElapsedTime(receivedAt);
        try
        {
            var answer = await handling.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
            Count(EventOutcome.Answered);
            return Answer(answer.Toast, answer.Card, answer.Afterwards);
        }
        catch (TimeoutException) when (!handling.IsCompleted)
        {
            Count(EventOutcome.Late);
            Log.Late(logger, action.Action, Limit);
            return Answer(CallbackToasts.StillWorking, null, ct => FinishLateAsync(handling, action, ct));
        }
        catch (Exception e)
        {
            Failed(action, e);
            return Answer(CallbackToasts.Failed, null, null);
        }
    }

    private async Task FinishLateAsync(Task<CallbackAnswer> handling, CardAction action, CancellationToken ct)
    {
        try
        {
            var answer = await handling.WaitAsync(ct);
            if (answer.Card is { } card && lateCards is not null)
            {
                await lateCards.UpdateAsync(action.AppId, action.Token, card, ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Failed(action, e);
        }

        if (handling is { IsCompletedSuccessfully: true, Result.Afterwards: { } afterwards })
        {
            await afterwards(ct);
        }
    }

    private PayloadAnswer.Ok Answer(JsonObject? toast, JsonObject? card, Func<CancellationToken, Task>? afterwards) => new(Body(toast, card))
    {
        Kind = PayloadKind.Callback,
        Afterwards = afterwards is null ? null : () => work.Start(afterwards),
    };

    private static ReadOnlyMemory<byte>? Body(JsonObject? toast, JsonObject? card)
    {
        var body = new JsonObject();
        if (toast is not null)
        {
            body["toast"] = toast.DeepClone(); // a handler may hand out the same object twice; a node has one parent
        }

        if (card is not null)
        {
            body["card"] = new JsonObject { ["type"] = "raw", ["data"] = card.DeepClone() };
        }

        // Spelled out: a null array would silently become an empty answer.
        return body.Count == 0 ? default(ReadOnlyMemory<byte>?) : JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options);
    }

    private PayloadAnswer.Ok NotUnderstood(EventOutcome outcome, LarkEvent click)
    {
        Count(outcome);
        if (rare.Allows($"callback:{outcome}"))
        {
            Log.NotUnderstood(logger, click.AppId, outcome, click.Body.Child("action", "value") is { ValueKind: not JsonValueKind.Undefined } value ? value.GetRawText().Length : 0);
        }

        return Answer(CallbackToasts.NotUnderstood, null, null);
    }

    private void Failed(CardAction action, Exception e)
    {
        Count(EventOutcome.CallbackFailed);
        Log.Failed(logger, action.Action, action.AppId, e);
    }

    private void Count(EventOutcome outcome) => metrics.Count(EventTypes.CardAction, outcome);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A click on a card of {AppId} was not understood: {Kind}, value of {Size} characters. More of this kind are counted and logged once an hour")]
        public static partial void NotUnderstood(ILogger logger, string appId, EventOutcome kind, int size);

        [LoggerMessage(2, LogLevel.Warning, "Card action {Action} took longer than {Limit}: the user got a toast, the rest follows")]
        public static partial void Late(ILogger logger, string action, TimeSpan limit);

        [LoggerMessage(3, LogLevel.Error, "Card action {Action} of {AppId} failed")]
        public static partial void Failed(ILogger logger, string action, string appId, Exception e);
    }
}
