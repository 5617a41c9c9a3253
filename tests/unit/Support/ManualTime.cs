namespace LarkService.UnitTests.Support;

/// <summary>A clock that moves when told. Timers, delays and time limits taken from it end when their time comes, in order.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _armed = [];
    private readonly List<TaskCompletionSource> _watchers = [];
    private DateTimeOffset _now = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires what is due on the way, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end;
        lock (_gate)
        {
            end = _now + by;
        }

        while (NextUntil(end) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Ends as soon as somebody waits for the clock: at once when somebody does already.</summary>
    public Task SomeoneWaitsAsync()
    {
        lock (_gate)
        {
            if (_armed.Count > 0)
            {
                return Task.CompletedTask;
            }

            var watcher = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add(watcher);
            return watcher.Task;
        }
    }

    private ManualTimer? NextUntil(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _armed.Where(t => t.Due <= end).MinBy(t => t.Due);
            if (next is null)
            {
                _now = end;
                return null;
            }

            _now = next.Due > _now ? next.Due : _now;
            if (next.Period > TimeSpan.Zero)
            {
                next.Due = _now + next.Period;
            }
            else
            {
                _armed.Remove(next);
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                owner._armed.Remove(this);
                if (_disposed)
                {
                    return false;
                }

                Period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = owner._now + dueTime;
                    owner._armed.Add(this);
                    owner._watchers.ForEach(w => w.TrySetResult());
                    owner._watchers.Clear();
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                _disposed = true;
                owner._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
