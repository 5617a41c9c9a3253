using LarkService.Data;

namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Those who wait to call the token endpoint for one app, in this process: by their priority, then in the order they came.</summary>
internal sealed class TokenCallQueue(string appId, ITokenCallPermits permits, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>More at once would not be served in time.</summary>
    public const int MostWaiting = 2000;

    /// <summary>Permits taken in one go; other replicas want some, too.</summary>
    private const int AtOnce = 5;

    /// <summary>
    /// Calls that have not been answered yet. When machine or platform stand still, permits would pile up, and all those calls would go out in
    /// one moment, as too many for the platform. Enough for its pace while it answers within 400 ms.
    /// </summary>
    public const int MostUnderWay = 20;

    private static readonly TimeSpan LookForAnswers = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(2);
    private static readonly CallPriority[] Priorities = Enum.GetValues<CallPriority>();
    private readonly Lock _gate = new();
    private readonly Queue<Waiter>[] _waiting = [.. Priorities.Select(_ => new Queue<Waiter>())];
    private readonly CancellationTokenSource _stopping = new();
    private readonly NewPerson _newPerson = new();
    private Task _serving = Task.CompletedTask;
    private bool _isServing;
    private int _underWay;
    private bool _isRestingForBackground;

    /// <exception cref="TokenCallsBusyException">Too many wait already, or it took longer than <paramref name="atMost"/>.</exception>
    public async ValueTask<TokenCallPermit> WaitAsync(CallPriority priority, TimeSpan atMost, CancellationToken ct)
    {
        var waiter = new Waiter();
        Join(waiter, priority);
        if (waiter.Task.IsCompletedSuccessfully)
        {
            return await waiter.Task;
        }

        try
        {
            return await waiter.Task.WaitAsync(atMost, clock, ct);
        }
        catch (TimeoutException)
        {
            if (waiter.TrySetCanceled(CancellationToken.None))
            {
                throw new TokenCallsBusyException($"No call to the token endpoint could be made within {atMost.TotalSeconds:0} s: the platform's limit is used up.");
            }

            return await waiter.Task; // it was served in this very moment
        }
        catch (OperationCanceledException)
        {
            if (!waiter.TrySetCanceled(CancellationToken.None) && waiter.Task.IsCompletedSuccessfully)
            {
                (await waiter.Task).Dispose();
            }

            throw;
        }
    }

    /// <summary>A call is over.</summary>
    public void Answered() => Interlocked.Decrement(ref _underWay);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Volatile.Read(ref _serving);
        _stopping.Dispose();
        _newPerson.Dispose();
    }

    private void Join(Waiter waiter, CallPriority priority)
    {
        bool begin;
        lock (_gate)
        {
            if (_waiting.Sum(q => q.Count) >= MostWaiting)
            {
                throw new TokenCallsBusyException($"{MostWaiting} others wait to call the token endpoint.");
            }

            _waiting[(int)priority].Enqueue(waiter);
            begin = !_isServing;
            _isServing = true;
            if (priority != CallPriority.Background && _isRestingForBackground)
            {
                _newPerson.Wake(); // there may be a permit for people where there was none for the rest
            }
        }

        if (begin)
        {
            Volatile.Write(ref _serving, ServeAsync());
        }
    }

    // Begins on the caller's thread: where permits are in memory and there are some, nobody waits at all.
    private async Task ServeAsync()
    {
        while (Next() is var (wanted, priority))
        {
            try
            {
                var room = TokenCallRule.Share(MostUnderWay, priority) - Volatile.Read(ref _underWay); // what can wait never takes the last ones
                if (room <= 0)
                {
                    await Task.Delay(LookForAnswers, clock, _stopping.Token);
                    continue;
                }

                var (granted, lookAgain) = await permits.TakeAsync(appId, Math.Min(Math.Min(wanted, AtOnce), room), priority, _stopping.Token);
                if (granted > 0)
                {
                    Serve(granted, priority);
                }
                else
                {
                    await RestAsync(lookAgain > ShortestLook ? lookAgain : ShortestLook, priority);
                }
            }
            catch (Exception e)
            {
                Fail(new TokenCallsBusyException("Whether a call may be made could not be found out.", e)); // nothing was sent
            }
        }
    }

    /// <returns>Null when nobody waits any more: then the next to come begins anew.</returns>
    private (int Wanted, CallPriority Priority)? Next()
    {
        lock (_gate)
        {
            foreach (var priority in Priorities)
            {
                var queue = _waiting[(int)priority];
                Forget(queue);
                if (queue.Count > 0)
                {
                    return (queue.Count, priority);
                }
            }

            _isServing = false;
            return null;
        }
    }

    // Those who gave up in the middle of a queue count as waiting until their turn; a permit taken for one of them is lost.
    private static void Forget(Queue<Waiter> queue)
    {
        while (queue.TryPeek(out var first) && first.Task.IsCompleted)
        {
            queue.Dequeue();
        }
    }

    private void Serve(int calls, CallPriority priority)
    {
        lock (_gate)
        {
            var queue = _waiting[(int)priority];
            while (calls > 0 && queue.TryDequeue(out var waiter))
            {
                Interlocked.Increment(ref _underWay);
                var permit = new TokenCallPermit(this);
                if (waiter.TrySetResult(permit))
                {
                    calls--;
                }
                else
                {
                    permit.Dispose();
                }
            }
        }
    }

    private async Task RestAsync(TimeSpan span, CallPriority priority)
    {
        if (priority != CallPriority.Background)
        {
            await Task.Delay(span, clock, _stopping.Token);
            return;
        }

        lock (_gate)
        {
            _isRestingForBackground = Priorities.All(p => p == CallPriority.Background || _waiting[(int)p].Count == 0);
            span = _isRestingForBackground ? span : TimeSpan.Zero;
        }

        await _newPerson.WaitAsync(span, clock, _stopping.Token);
        lock (_gate)
        {
            _isRestingForBackground = false;
        }
    }

    private void Fail(Exception e)
    {
        lock (_gate)
        {
            foreach (var queue in _waiting)
            {
                foreach (var waiter in queue)
                {
                    waiter.TrySetException(e);
                }

                queue.Clear();
            }
        }
    }

    private sealed class NewPerson : WakeSignal;

    private sealed class Waiter() : TaskCompletionSource<TokenCallPermit>(TaskCreationOptions.RunContinuationsAsynchronously);
}
