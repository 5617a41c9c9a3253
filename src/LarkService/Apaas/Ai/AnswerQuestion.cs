using System.Diagnostics;
using LarkService.Messaging;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>
/// Answers a question in chat with the user's own Aily conversation: session, a card that says it is thinking, message, run, and
/// the answer, which grows on that card. Each step is noted in <see cref="AiTurns"/>, so it goes on from where it stopped and answers once.
/// </summary>
internal sealed partial class AnswerQuestion(
    AilyClient aily, AilySessions sessions, AilyRuns runs, AiTurns turns, Replies replies, GrowingCards cards, LarkApps apps, TimeProvider clock, ILogger<AnswerQuestion> log) : IParkedCallRunner
{
    public const string KindName = "ai.question";

    private const string Thinking = "ai-thinking";

    private readonly KeyedLocks<(UserKey, string)> _opening = new();
    private readonly KeyedLocks<(UserKey, string)> _answering = new();

    public string Kind => KindName;

    public async Task RunAsync(UserKey user, string payload, CancellationToken ct)
    {
        var question = Question.FromPayload(payload);
        try
        {
            // Consent is found missing in here, before the user sees anything. The card comes at once, also while an earlier question is still in work.
            using (await _opening.EnterAsync((user, question.ChatId), ct))
            {
                await OpenAsync(user, question, ct);
            }

            using (await _answering.EnterAsync((user, question.ChatId), ct))
            {
                await AnswerAsync(user, question, ct);
            }
        }
        catch (PlatformException refused)
        {
            Log.Refused(log, question.MessageId, refused);
            await FailAsync(user, question, WordsFor(refused.Error), refused.Error.LogId, ct);
        }
        catch (Exception fault) when (Unreachable.Is(fault, ct))
        {
            Log.Unreachable(log, question.MessageId, fault);
            await FailAsync(user, question, AiWords.Unreachable, null, ct);
        }
    }

    public async Task GiveUpAsync(UserKey user, string payload, ParkedCallEnd end, CancellationToken ct)
    {
        var question = Question.FromPayload(payload);
        var words = end switch
        {
            ParkedCallEnd.Declined => AiWords.Declined,
            ParkedCallEnd.Expired => AiWords.ConsentExpired,
            ParkedCallEnd.Revoked => AiWords.Revoked,
            _ => AiWords.GaveUp,
        };
        var turn = await TurnAsync(user, question, ct);
        if (!turn.IsFinished)
        {
            await FinishAsync(turn, AnswerCards.Notice(words), AiTurnState.Failed, ct);
        }
    }

    private async Task OpenAsync(UserKey user, Question question, CancellationToken ct)
    {
        var turn = await TurnAsync(user, question, ct);
        if (turn.IsFinished)
        {
            return;
        }

        if (turn.RunId is null)
        {
            turn.MoveTo(await sessions.OpenAsync(user, turn.AilySessionId ?? await turns.SessionOfAsync(user, turn.ChatId, ct), ct));
            await turns.SaveAsync(turn, ct);
        }

        if (turn.CardMessageId is null)
        {
            var card = await ThinkAsync(turn, ct);
            (turn.CardMessageId, turn.State) = (card?.MessageId, card is null ? AiTurnState.Failed : AiTurnState.Thinking);
            turn.FinishedAt = card is null ? clock.GetUtcNow() : null; // nobody would see the answer
            await turns.SaveAsync(turn, ct);
        }
    }

    /// <summary>The card that says we are at it. Its id is noted before it is sent: whoever takes over must write on the card that is seen.</summary>
    private async Task<SentMessage?> ThinkAsync(AiTurn turn, CancellationToken ct)
    {
        if (turn.CardId is null)
        {
            turn.CardId = await cards.CreateAsync(turn.AppId, ct);
            await turns.SaveAsync(turn, ct);
        }

        if (turn.CardId.Length > 0)
        {
            try
            {
                return await replies.ReplyEntityAsync(turn.AppId, turn.MessageId, turn.CardId, Thinking, ct);
            }
            catch (PlatformException refused) when (!refused.Error.IsTransient)
            {
                Log.EntityRefused(log, turn.MessageId, refused.Error.Code);
                turn.CardId = "";
                await turns.SaveAsync(turn, ct); // the reply that follows shows no card of that id
            }
        }

        return await replies.ReplyAsync(turn.AppId, turn.MessageId, AnswerCards.Thinking, Thinking, ct);
    }

    private async Task AnswerAsync(UserKey user, Question question, CancellationToken ct)
    {
        var turn = await TurnAsync(user, question, ct);
        if (turn.IsFinished)
        {
            return;
        }

        if (apps.Get(user.AppId).AilyAppId is not { } ailyAppId)
        {
            await FinishAsync(turn, AnswerCards.Notice(AiWords.NotConfigured), AiTurnState.Failed, ct);
            return;
        }

        var until = clock.GetUtcNow() + AilyRuns.LongestWait;
        var runId = turn.RunId ?? await AskAsync(user, question, turn, ailyAppId, until, ct);
        var (card, last) = (cards.Of(turn), (AilyLook?)null);
        await foreach (var look in runs.WatchAsync(user, turn.AilySessionId!, runId, card.CanGrow, until, ct))
        {
            last = look;
            if (!look.IsLast)
            {
                await card.ShowAsync(AnswerText.From(look.Messages), ct);
            }
        }

        var run = last!.Run;
        if (run is { Status: AilyRunStatus.Completed })
        {
            await ShowAnswerAsync(turn, AnswerText.From(last.Messages), card, ct);
            return;
        }

        Log.NoAnswer(log, question.MessageId, runId, run?.Status, run?.Error);
        if (run is null or { IsActive: true })
        {
            await runs.CancelAsync(user, turn.AilySessionId!, runId, ct);
        }

        await FinishAsync(turn, AnswerCards.Failure(WordsFor(run), runId), AiTurnState.Failed, ct, card);
    }

    private async Task<string> AskAsync(UserKey user, Question question, AiTurn turn, string ailyAppId, DateTimeOffset until, CancellationToken ct)
    {
        var resumed = turn.AilyMessageId is not null;
        if (!resumed)
        {
            turn.AilyMessageId = await aily.CreateMessageAsync(user, turn.AilySessionId!, IdempotentId(question), question.Text, ct);
            await turns.SaveAsync(turn, ct);
        }

        var run = await runs.StartAsync(user, turn.AilySessionId!, ailyAppId, IdempotentId(question), resumed, until, ct);
        turn.RunId = run.Id;
        await turns.SaveAsync(turn, ct);
        return run.Id;
    }

    private async Task ShowAnswerAsync(AiTurn turn, string answer, GrowingCard grown, CancellationToken ct)
    {
        if (answer.Length == 0)
        {
            await FinishAsync(turn, AnswerCards.Failure(AiWords.NothingToShow, turn.RunId!), AiTurnState.Answered, ct, grown);
            return;
        }

        // An image or a tag that cards do not know makes the platform refuse the whole card; as plain text it goes through.
        foreach (var card in (Card[])[AnswerCards.Answer(answer), AnswerCards.Answer(MarkdownText.Escape(answer))])
        {
            try
            {
                await FinishAsync(turn, card, AiTurnState.Answered, ct, grown);
                return;
            }
            catch (PlatformException refused) when (MessageErrors.IsContentRefused(refused.Error.Code))
            {
                Log.ContentRefused(log, turn.MessageId, refused.Error.Code);
            }
        }

        await FinishAsync(turn, AnswerCards.Failure(AiWords.CannotBeShown, turn.RunId!), AiTurnState.Failed, ct, grown);
    }

    private async Task FailAsync(UserKey user, Question question, LocalizedText words, string? logId, CancellationToken ct)
    {
        var turn = await TurnAsync(user, question, ct);
        if (!turn.IsFinished)
        {
            var reference = logId ?? turn.RunId ?? Activity.Current?.TraceId.ToHexString() ?? question.MessageId;
            await FinishAsync(turn, AnswerCards.Failure(words, reference), AiTurnState.Failed, ct);
        }
    }

    /// <summary>Shows the last word on our card, or in a new reply when there is none that can be changed, then notes it.</summary>
    private async Task FinishAsync(AiTurn turn, Card card, AiTurnState state, CancellationToken ct, GrowingCard? grown = null)
    {
        var isEntity = turn.CardId is { Length: > 0 };
        if (!await (grown ?? cards.Of(turn)).ReplaceAsync(card, ct)
            && (turn.CardMessageId is not { Length: > 0 } shown || !await replies.ChangeAsync(turn.AppId, shown, card, isEntity, ct)))
        {
            await replies.ReplyAsync(turn.AppId, turn.MessageId, card, "ai-answer", ct);
        }

        (turn.State, turn.FinishedAt) = (state, clock.GetUtcNow());
        await turns.SaveAsync(turn, ct);
    }

    private async Task<AiTurn> TurnAsync(UserKey user, Question question, CancellationToken ct) =>
        await turns.FindAsync(question.MessageId, ct) ?? AiTurn.Of(user, question, clock.GetUtcNow());

    private static string IdempotentId(Question question) => question.MessageId.Length <= AilyLimits.MaxIdempotentIdChars
        ? question.MessageId
        : MessageUuid.For("ai-question", question.MessageId);

    private static LocalizedText WordsFor(AilyRun? run) => run?.Status switch
    {
        null => AiWords.TookTooLong,
        AilyRunStatus.RequiresMessage => AiWords.NeedsMore,
        AilyRunStatus.Cancelled => AiWords.RunCancelled,
        AilyRunStatus.Expired => AiWords.RunExpired,
        _ => AiWords.RunFailed,
    };

    private static LocalizedText WordsFor(PlatformError error) => error switch
    {
        { Code: PlatformCodes.AppScopeMissing } => AiWords.AdministratorMustAct,
        { IsRateLimit: true } => AiWords.Busy,
        { IsTransient: true } => AiWords.Unreachable,
        _ => AiWords.RunFailed,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Question {MessageId} cannot be answered: the platform refused a call")]
        public static partial void Refused(ILogger logger, string messageId, Exception refused);

        [LoggerMessage(2, LogLevel.Warning, "Question {MessageId} cannot be answered: the platform could not be reached")]
        public static partial void Unreachable(ILogger logger, string messageId, Exception fault);

        [LoggerMessage(3, LogLevel.Warning, "Question {MessageId} got no answer: run {RunId} is {Status} ({Error})")]
        public static partial void NoAnswer(ILogger logger, string messageId, string runId, AilyRunStatus? status, string? error);

        [LoggerMessage(4, LogLevel.Information, "A card that grows is refused as the reply to {MessageId} (code {Code}); the answer comes in one piece")]
        public static partial void EntityRefused(ILogger logger, string messageId, int code);

        [LoggerMessage(5, LogLevel.Warning, "The answer to question {MessageId} is refused as a card (code {Code})")]
        public static partial void ContentRefused(ILogger logger, string messageId, int code);
    }
}
