using LarkService.LongConnection;

namespace LarkService.Events.Callbacks;

/// <summary>
/// The last answers, so that a click that is delivered twice, on whatever wire, is handled once and answered twice the same
/// way. In memory only: callbacks are not pushed again after a restart.
/// </summary>
internal sealed class RecentAnswers
{
    /// <summary>A thousand answers, or fewer when they are large: a card may have 30 KB.</summary>
    public const int Most = 1000;

    private const long MostBytes = 8 * 1024 * 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _answers = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _answers.Count;
            }
        }
    }

    /// <summary>Runs <paramref name="answer"/> the first time; later callers get its answer without what follows it.</summary>
    /// <returns>The answer, and whether it is a repetition.</returns>
    public (Task<PayloadAnswer.Ok> Answer, bool Repeated) GetOrAdd(string key, Func<Task<PayloadAnswer.Ok>> answer)
    {
        var first = new Kept();
        lock (_gate)
        {
            if (_answers.TryGetValue(key, out var kept))
            {
                return (kept.Answer.Task, true);
            }

            _answers[key] = first;
            _order.Enqueue(key);
            ForgetOldest();
        }

        return (CompleteAsync(key, first, answer), false);
    }

    private async Task<PayloadAnswer.Ok> CompleteAsync(string key, Kept first, Func<Task<PayloadAnswer.Ok>> answer)
    {
        try
        {
            var given = await answer();
            first.Answer.SetResult(given with { Afterwards = null });
            Weigh(key, first, given.Data?.Length ?? 0);
            return given;
        }
        catch (Exception e)
        {
            first.Answer.SetException(e);
            throw;
        }
    }

    private void Weigh(string key, Kept answer, int bytes)
    {
        lock (_gate)
        {
            if (_answers.GetValueOrDefault(key) == answer)
            {
                answer.Bytes = bytes;
                _bytes += bytes;
                ForgetOldest();
            }
        }
    }

    private void ForgetOldest()
    {
        while ((_answers.Count > Most || _bytes > MostBytes) && _order.TryDequeue(out var oldest))
        {
            _answers.Remove(oldest, out var forgotten);
            _bytes -= forgotten!.Bytes;
        }
    }

    private sealed class Kept
    {
        public TaskCompletionSource<PayloadAnswer.Ok> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Bytes { get; set; }
    }
}
