using System.Text.Json;
using LarkService.LongConnection;
using LarkService.Platform;

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

    /// <summary>The platform takes no change of a card before it has taken the answer, and reverts one that overtakes it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.5);

    private readonly RecentAnswers _recent = new();
    private readonly DoubleClicks _clicks = new(clock);

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

        if (!handlers.Handles(action.Action))
        {
            return NotUnderstood(EventOutcome.UnknownAction, click);
        }

        if (work.IsFull)
        {
            Count(EventOutcome.Busy);
            return Answer(CallbackBody.Of(CallbackToasts.Busy));
        }

        // Away from the caller: a handler that works before its first await must not hold up the answer either.
        var (handling, joined) = _clicks.Join(click, action, () => work.RunAsync(ct => HandleAsync(action, ct)));
        await ((Task)handling).WaitAsync(Left(receivedAt), clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return joined ? AnswerAgain(handling) : await AnswerAsync(handling, action);
    }

    private async Task<HandledClick> HandleAsync(CardAction action, CancellationToken ct)
    {
        using var span = Traces.Start($"callback {action.Action}")?.SetTag("lark.app_id", action.AppId);
        var answer = await handlers.For(action.Action).HandleAsync(action, ct);
        return new(CallbackBody.Of(answer.Toast, answer.Card), answer);
    }

    private TimeSpan Left(long receivedAt)
    {
        var left = Limit - clock.GetElapsedTime(receivedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<PayloadAnswer.Ok> AnswerAsync(Task<HandledClick> handling, CardAction action)
    {
        try
        {
            if (handling.IsCompleted)
            {
                var handled = await handling;
                Count(EventOutcome.Answered);
                return Answer(handled.Body, handled.Given.Afterwards is { } afterwards ? ct => work.InsistAsync(afterwards, ct) : null);
            }

            Count(EventOutcome.Late);
            Log.Late(logger, action.Action, Limit);
            return Answer(CallbackBody.Of(CallbackToasts.StillWorking), ct => FinishLateAsync(handling, action, ct));
        }
        catch (Exception e)
        {
            Failed(action, e);
            return Answer(CallbackBody.Of(CallbackToasts.Failed));
        }
    }

    // What follows was the first click's to start.
    private PayloadAnswer.Ok AnswerAgain(Task<HandledClick> handling)
    {
        Count(EventOutcome.DoubleClick);
        return !handling.IsCompleted ? Answer(CallbackBody.Of(CallbackToasts.StillWorking))
            : handling.IsCompletedSuccessfully ? Answer(handling.Result.Body)
            : Answer(CallbackBody.Of(CallbackToasts.Failed));
    }

    private async Task FinishLateAsync(Task<HandledClick> handling, CardAction action, CancellationToken ct)
    {
        try
        {
            await Task.Delay(Settling, clock, ct);
            var answer = await handling.WaitAsync(ct);
            if (answer.Given.Card is { } card && lateCards is not null)
            {
                await lateCards.UpdateAsync(action.AppId, action.Token, card, ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Failed(action, e);
        }

        if (handling is { IsCompletedSuccessfully: true, Result.Given.Afterwards: { } afterwards })
        {
            await work.InsistAsync(afterwards, ct);
        }
    }

    private PayloadAnswer.Ok Answer(ReadOnlyMemory<byte>? body, Func<CancellationToken, Task>? afterwards = null) => new(body)
    {
        Kind = PayloadKind.Callback,
        Afterwards = afterwards is null ? null : () => work.Start(afterwards),
    };

    private PayloadAnswer.Ok NotUnderstood(EventOutcome outcome, LarkEvent click)
    {
        Count(outcome);
        if (rare.Allows($"callback:{outcome}"))
        {
            Log.NotUnderstood(logger, click.AppId, outcome, click.Body.Child("action", "value") is { ValueKind: not JsonValueKind.Undefined } value ? value.GetRawText().Length : 0);
        }

        return Answer(CallbackBody.Of(CallbackToasts.NotUnderstood));
    }

    private void Failed(CardAction action, Exception e)
    {
        Count(EventOutcome.CallbackFailed);
        if (rare.Allows($"callback:{action.Action}:{e.GetType().Name}"))
        {
            Log.Failed(logger, action.Action, action.AppId, e);
        }
    }

    private void Count(EventOutcome outcome) => metrics.Count(EventTypes.CardAction, outcome);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A click on a card of {AppId} was not understood: {Kind}, value of {Size} characters. More of this kind are counted and logged once an hour")]
        public static partial void NotUnderstood(ILogger logger, string appId, EventOutcome kind, int size);

        [LoggerMessage(2, LogLevel.Warning, "Card action {Action} took longer than {Limit}: the user got a toast, the rest follows")]
        public static partial void Late(ILogger logger, string action, TimeSpan limit);

        [LoggerMessage(3, LogLevel.Error, "Card action {Action} of {AppId} failed. More of this kind are counted and logged once an hour")]
        public static partial void Failed(ILogger logger, string action, string appId, Exception e);
    }
}
