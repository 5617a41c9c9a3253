using System.Collections.Concurrent;

namespace LarkService.LongConnection;

/// <summary>
/// Keeps planned replacements apart: one connection of an app at a time, and only while its others are well. One that is open
/// counts as well once it has answered a heartbeat: something on the way may let connections through and swallow the rest.
/// </summary>
internal sealed class ReplacementTurns(LongConnectionStatuses statuses)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for this connection's turn.</summary>
    /// <param name="mine">The one to be replaced.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Disposed of when the old connection is gone.</returns>
    public async Task<IDisposable> TakeAsync(ConnectionStatus mine, CancellationToken ct)
    {
        var turn = _turns.GetOrAdd(mine.AppId, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct);
        try
        {
            await statuses.WaitForAsync(all => all.Of(mine.AppId).All(other => other == mine || IsWell(other.Snapshot)), ct);
            return new Turn(turn);
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    private static bool IsWell(ConnectionSnapshot other) => other.Phase is ConnectionPhase.StandingBy
        || (other.IsConnected && other.LastPong is { } pong && pong >= other.Since);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                turn.Release();
            }
        }
    }
}
