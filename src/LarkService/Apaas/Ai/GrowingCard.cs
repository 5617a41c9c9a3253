using LarkService.Messaging;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>
/// The one writer of a card on which an answer grows. At most five changes a second; a text that leaves the card's 30 KB, or a card
/// that has grown for nine minutes, is closed by a normal change. Whatever the platform refuses ends the growing, never the answer.
/// </summary>
internal sealed partial class GrowingCard(CardEntities entities, AiTurn turn, TimeProvider clock, ILogger logger)
{
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    /// <summary>A minute before the platform ends it by itself.</summary>
    public static readonly TimeSpan LongestGrowth = CardEntities.StreamingLife - TimeSpan.FromMinutes(1);

    /// <summary>More than any two clocks differ by, in milliseconds.</summary>
    private const int Leap = 10 * 60_000;

    /// <summary>Of the last word, which nothing comes after.</summary>
    private const int MostTries = 4;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    private int _leaps;
    private int _sequence;
    private long? _changedAt;
    private bool _isClosed;
    private string _shown = "";

    /// <summary>There is a card that can grow.</summary>
    public bool CanGrow => turn is { CardId.Length: > 0, CardMessageId: not null } && !_isClosed;

    /// <summary>Shows what is there by now. Faults are not the reader's matter: the end of the answer comes another way.</summary>
    public async Task ShowAsync(string answer, CancellationToken ct)
    {
        if (!CanGrow || answer.Length == 0 || answer == _shown)
        {
            return;
        }

        _shown = answer;
        try
        {
            if (clock.GetUtcNow() - turn.CreatedAt >= LongestGrowth || !AnswerCards.Growing(answer).Fits)
            {
                _isClosed = true;
                await ChangeAsync(sequence => entities.ReplaceAsync(turn.AppId, turn.CardId!, AnswerCards.Answer(answer), sequence, ct), ct);
                return;
            }

            await ChangeAsync(sequence => entities.SetTextAsync(turn.AppId, turn.CardId!, AnswerCards.GrowingElement, answer, sequence, ct), ct);
        }
        catch (PlatformException refused) when (refused.Error.IsRateLimit)
        {
            // The next look shows more.
        }
        catch (Exception fault) when (fault is PlatformException || Unreachable.Is(fault, ct))
        {
            _isClosed = true;
            Log.GrowsNoMore(logger, turn.MessageId, fault.Message);
        }
    }

    /// <summary>The last word; the card grows no more.</summary>
    /// <returns>False when this card cannot be changed this way.</returns>
    public async Task<bool> ReplaceAsync(Card card, CancellationToken ct)
    {
        if (turn is not { CardId.Length: > 0, CardMessageId: not null })
        {
            return false;
        }

        _isClosed = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ChangeAsync(sequence => entities.ReplaceAsync(turn.AppId, turn.CardId, card, sequence, ct), ct);
                return true;
            }
            catch (PlatformException passing) when (passing.Error.IsTransient && attempt < MostTries)
            {
                var rest = passing.Error.RetryAfter ?? attempt * Rest;
                await Task.Delay(rest < LongestRest ? rest : LongestRest, clock, ct);
            }
            catch (Exception fault) when (fault is PlatformException || Unreachable.Is(fault, ct))
            {
                Log.NotReplaced(logger, turn.MessageId, fault.Message);
                return false;
            }
        }
    }

    private async Task ChangeAsync(Func<int, Task> change, CancellationToken ct)
    {
        if (_changedAt is { } before && clock.GetElapsedTime(before) is var since && since < Pace)
        {
            await Task.Delay(Pace - since, clock, ct);
        }

        try
        {
            await change(Next());
        }
        catch (PlatformException refused) when (refused.Error.Code == CardEntities.SequenceTooLow)
        {
            // Another process, whose clock is ahead, wrote on this card before us; or our own change arrived, and its answer did not.
            _leaps++;
            await change(Next());
        }
        finally
        {
            _changedAt = clock.GetTimestamp();
        }
    }

    // Milliseconds since the question: whoever takes the turn over counts on from above without having to know what was used.
    private int Next() => _sequence = (int)Math.Max(_sequence + 1, Math.Clamp((clock.GetUtcNow() - turn.CreatedAt).TotalMilliseconds, 0, int.MaxValue / 2) + 1 + (_leaps * (double)Leap));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The card of question {MessageId} grows no more ({Why}); the answer comes at its end")]
        public static partial void GrowsNoMore(ILogger logger, string messageId, string why);

        [LoggerMessage(2, LogLevel.Information, "The card of question {MessageId} cannot be replaced by its id ({Why}); its message is changed instead")]
        public static partial void NotReplaced(ILogger logger, string messageId, string why);
    }
}
