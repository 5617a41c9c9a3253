using System.Threading.Channels;

namespace LarkService.Data;

/// <summary>
/// Lets many callers share one commit, or one read: what gathers while a commit runs goes into the next one. Nobody waits on purpose, so a
/// single caller is as fast as alone. Entries are taken in the order they came; when there is no room, callers wait for it.
/// </summary>
/// <param name="room">Entries that may wait; more callers wait for room.</param>
/// <param name="most">Entries of one commit.</param>
/// <param name="commit">Tells every entry how it ended; what it leaves open, or its exception, ends the rest.</param>
/// <param name="weigh">Weight of an entry; null: none weighs anything.</param>
/// <param name="mostWeight">A commit that has reached this weight takes no more.</param>
internal sealed class GroupCommit<TItem, TResult>(
    int room, int most, Func<IReadOnlyList<GroupCommit<TItem, TResult>.Entry>, Task> commit, Func<TItem, int>? weigh = null, int mostWeight = int.MaxValue) : IAsyncDisposable
{
    private readonly Channel<Entry> _waiting = Channel.CreateBounded<Entry>(room);
    private Task _running = Task.CompletedTask;
    private int _isRunning;

    /// <summary>Returns once its commit is through.</summary>
    /// <param name="item">What to commit.</param>
    /// <param name="atMost">The caller's patience; what is not being committed by then is left out.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="ct">Ends it earlier.</param>
    public async Task<TResult> AddAsync(TItem item, TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var entry = new Entry(item);
        if (!_waiting.Writer.TryWrite(entry))
        {
            using var limit = new CancellationTokenSource(atMost, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
            await _waiting.Writer.WriteAsync(entry, either.Token);
        }

        Start();
        try
        {
            var left = atMost - clock.GetElapsedTime(started);
            return await entry.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, ct);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            entry.TrySetCanceled(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Takes nothing more and finishes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Volatile.Read(ref _running);
    }

    private void Start()
    {
        if (Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0)
        {
            Volatile.Write(ref _running, Task.Run(RunAsync));
        }
    }

    private async Task RunAsync()
    {
        do
        {
            while (Take() is { Count: > 0 } batch)
            {
                await CommitAsync(batch);
            }

            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (_waiting.Reader.Count > 0 && Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0); // somebody came between the look and the line above
    }

    private async Task CommitAsync(List<Entry> batch)
    {
        try
        {
            await commit(batch);
            batch.ForEach(entry => entry.TrySetException(new InvalidOperationException("The commit did not say what became of this entry.")));
        }
        catch (Exception e)
        {
            batch.ForEach(entry => entry.TrySetException(e));
        }
    }

    private List<Entry> Take()
    {
        List<Entry> batch = [];
        long weight = 0;
        while (batch.Count < most && weight < mostWeight && _waiting.Reader.TryRead(out var entry))
        {
            if (!entry.Task.IsCompleted) // nobody waits for it any more
            {
                batch.Add(entry);
                weight += weigh?.Invoke(entry.Item) ?? 0;
            }
        }

        return batch;
    }

    /// <summary>One caller's part.</summary>
    internal sealed class Entry(TItem item) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TItem Item => item;
    }
}
