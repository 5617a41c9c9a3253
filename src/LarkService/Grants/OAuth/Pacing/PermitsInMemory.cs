namespace LarkService.Grants.OAuth.Pacing;

/// <summary>The one process that uses the database counts for itself.</summary>
internal sealed class PermitsInMemory(TimeProvider clock) : ITokenCallPermits
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, AppCalls> _apps = new(StringComparer.Ordinal);

    public ValueTask<TokenCallPermits> TakeAsync(string appId, int wanted, CallPriority priority, CancellationToken ct)
    {
        // Not the time of day: that one jumps.
        var now = TimeSpan.FromSeconds((double)clock.GetTimestamp() / clock.TimestampFrequency);
        lock (_gate)
        {
            return ValueTask.FromResult(Of(appId).Take(now, wanted, priority));
        }
    }

    public Task PauseAsync(string appId, TimeSpan pause, CancellationToken ct)
    {
        var until = TimeSpan.FromSeconds((double)clock.GetTimestamp() / clock.TimestampFrequency) + pause;
        lock (_gate)
        {
            var app = Of(appId);
            app.PausedUntil = until > app.PausedUntil ? until : app.PausedUntil;
            app.GiveBack();
        }

        return Task.CompletedTask;
    }

    private AppCalls Of(string appId)
    {
        if (!_apps.TryGetValue(appId, out var app))
        {
            _apps[appId] = app = new AppCalls();
        }

        return app;
    }

    private sealed class AppCalls
    {
        private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(250);
        private readonly List<(long Slot, int Calls)> _slots = []; // oldest first; a slot may stand there more than once

        public TimeSpan PausedUntil { get; set; }

        public TokenCallPermits Take(TimeSpan now, int wanted, CallPriority priority)
        {
            if (now < PausedUntil)
            {
                return new(0, Shorter(PausedUntil - now, LongestLook));
            }

            var slot = (long)(now.TotalMilliseconds / TokenCallRule.SlotMilliseconds);
            _slots.RemoveAll(s => s.Slot <= slot - TokenCallRule.MinuteSlots);

            var (burst, second, minute) = (Since(slot - TokenCallRule.BurstSlots), Since(slot - TokenCallRule.SecondSlots), Since(slot - TokenCallRule.MinuteSlots));
            var granted = TokenCallRule.Permits(wanted, priority, burst, second, minute);
            if (granted > 0)
            {
                _slots.Add((slot, granted));
                return new(granted, TimeSpan.Zero);
            }

            return new(0, TimeSpan.FromMilliseconds((slot + 1) * TokenCallRule.SlotMilliseconds) - now);
        }

        public void GiveBack()
        {
            var last = _slots.FindLastIndex(s => s.Calls > 0);
            if (last >= 0)
            {
                _slots[last] = (_slots[last].Slot, _slots[last].Calls - 1);
            }
        }

        private int Since(long after) => _slots.Sum(s => s.Slot > after ? s.Calls : 0);

        private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }
}
