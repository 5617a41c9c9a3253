using LarkService.Data;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Notes when grants were used, behind the calls that used them. One statement at a time, with a pause between them in which the next one
/// gathers, so that a rush of callers does not become a rush of writes. What finds no room is noted with a later use.
/// </summary>
internal sealed class GrantUses : IAsyncDisposable
{
    private const int Room = 10_000;
    private const int Most = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly GroupCommit<UserKey, bool> _notes;
    private readonly UserGrants _grants;
    private readonly TimeProvider _clock;
    private int _waiting;

    public GrantUses(UserGrants grants, TimeProvider clock)
    {
        (_grants, _clock) = (grants, clock);
        _notes = new(Room, Most, NoteAsync);
    }

    /// <summary>Returns when it is noted, or when there is no room.</summary>
    /// <exception cref="TimeoutException">The database did not take it within a minute.</exception>
    public async Task NoteAsync(UserKey user)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) <= Room)
            {
                await _notes.AddAsync(user, Patience, _clock, CancellationToken.None);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _notes.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task NoteAsync(IReadOnlyList<GroupCommit<UserKey, bool>.Entry> entries)
    {
        foreach (var app in entries.GroupBy(e => e.Item.AppId, StringComparer.Ordinal))
        {
            await _grants.UsedAsync(app.Key, [.. app.Select(e => e.Item.OpenId).Distinct()], CancellationToken.None);
        }

        foreach (var entry in entries)
        {
            entry.TrySetResult(true);
        }

        await Task.Delay(Pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
