using System.Collections.Concurrent;
using LarkService.LongConnection;

namespace LarkService.Events.Callbacks;

/// <summary>
/// The last thousand answers, so that a click that is delivered twice is handled once and answered twice the same way. In
/// memory only: callbacks are not pushed again after a restart.
/// </summary>
internal sealed class RecentAnswers
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<string, Task<PayloadAnswer.Ok>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Runs <paramref name="answer"/> the first time; later callers get the same task.</summary>
    /// <returns>The answer, and whether it is a repetition.</returns>
    public (Task<PayloadAnswer.Ok> Answer, bool Repeated) GetOrAdd(string key, Func<Task<PayloadAnswer.Ok>> answer)
    {
        var first = new TaskCompletionSource<PayloadAnswer.Ok>(TaskCreationOptions.RunContinuationsAsynchronously);
        var kept = _answers.GetOrAdd(key, first.Task);
        if (kept != first.Task)
        {
            return (kept, true);
        }

        _order.Enqueue(key);
        while (_answers.Count > Most && _order.TryDequeue(out var oldest))
        {
            _answers.TryRemove(oldest, out _);
        }

        return (CompleteAsync(first, answer), false);
    }

    private static async Task<PayloadAnswer.Ok> CompleteAsync(TaskCompletionSource<PayloadAnswer.Ok> first, Func<Task<PayloadAnswer.Ok>> answer)
    {
        try
        {
            var given = await answer();
            first.SetResult(given with { Afterwards = null });
            return given;
        }
        catch (Exception e)
        {
            first.SetException(e);
            throw;
        }
    }
}
