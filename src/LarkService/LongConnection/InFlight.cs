namespace LarkService.LongConnection;

/// <summary>
/// The payloads one connection has in hand, over all the sockets it has had: at most so many at a time. Whoever wants to start
/// another waits for room.
/// </summary>
internal sealed class InFlight(int most, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _room = new(most, most);
    private readonly CancellationTokenSource _givenUp = new();

    public bool TryTakeRoom() => _room.Wait(TimeSpan.Zero);

    /// <returns>False when there was none in time.</returns>
    public async Task<bool> TakeRoomAsync(TimeSpan within, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await _room.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Starts work in the room that was taken and goes on when it waits for something. What it does before that it does
    /// here, so that payloads reach the sink in the order they were read.
    /// </summary>
    /// <param name="work">Must not throw. Its token ends when a drain has lasted too long.</param>
    public void Start(Func<CancellationToken, Task> work) => _ = RunAsync(work, _givenUp.Token);

    /// <summary>Gives back room that was taken, when there is nothing to start in it.</summary>
    public void ReturnRoom() => _room.Release();

    /// <summary>Tells all that is in hand to stop.</summary>
    public Task GiveUpAsync() => _givenUp.CancelAsync();

    /// <summary>Returns when nothing is in hand any more; what lasts longer than <paramref name="atMost"/> is told to stop.</summary>
    /// <returns>False when something had to be told.</returns>
    public async Task<bool> DrainAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost, clock);
        var free = 0;
        try
        {
            for (; free < most; free++)
            {
                await _room.WaitAsync(limit.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            await GiveUpAsync();
            return false;
        }
        finally
        {
            if (free > 0)
            {
                _room.Release(free);
            }
        }
    }

    private async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken givenUp)
    {
        try
        {
            await work(givenUp);
        }
        finally
        {
            _room.Release();
        }
    }

    // The semaphore has nothing to dispose of as long as nobody asks for its wait handle, and work told to stop may still return its room.
    public void Dispose() => _givenUp.Dispose();
}
