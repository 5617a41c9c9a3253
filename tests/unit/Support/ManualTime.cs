namespace LarkService.UnitTests.Support;

/// <summary>A clock that moves when told, fires what is due on the way, and knows who waits.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;
    private TimeSpan _jumped;
    private TaskCompletionSource _newTimer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ManualTime()
        : this(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now + _jumped;
        }
    }

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _now.Ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and fires every timer that is due on the way, in order, with the clock at its due time.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end;
        lock (_lock)
        {
            end = _now + by;
        }

        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }
    }

    public void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Somebody sets the system's clock: what it shows changes, and no timer with it.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_lock)
        {
            _jumped += by;
        }
    }

    /// <summary>Returns once somebody waits for a time so far ahead.</summary>
    public Task SomeoneWaitsAsync(TimeSpan least, TimeSpan most) => SomeoneWaitsAsync(wait => wait >= least && wait <= most);

    /// <summary>Returns once somebody waits for exactly so many seconds from now.</summary>
    public Task SomeoneWaitsForAsync(double seconds) => SomeoneWaitsAsync(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds));

    /// <summary>How many wait for a time so far ahead.</summary>
    public int Waiting(TimeSpan least, TimeSpan most)
    {
        lock (_lock)
        {
            return _timers.Count(t => t.Due!.Value - _now >= least && t.Due!.Value - _now <= most);
        }
    }

    /// <summary>Returns once nobody waits for exactly so many seconds from now.</summary>
    public Task NobodyWaitsForAsync(double seconds) => Until.TrueAsync(() =>
    {
        lock (_lock)
        {
            return !_timers.Any(t => t.Due!.Value - _now == TimeSpan.FromSeconds(seconds));
        }
    });

    /// <summary>Returns once somebody waits at all.</summary>
    public Task SomeoneWaitsAsync() => SomeoneWaitsAsync(_ => true);

    private async Task SomeoneWaitsAsync(Func<TimeSpan, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            Task change;
            lock (_lock)
            {
                if (_timers.Any(t => wanted(t.Due!.Value - _now)))
                {
                    return;
                }

                change = _newTimer.Task;
            }

            await change.WaitAsync(limit.Token);
        }
    }

    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
            if (next is null)
            {
                _now = end;
                return null;
            }

            _now = next.Due!.Value > _now ? next.Due.Value : _now;
            next.Due = next.Period > TimeSpan.Zero ? _now + next.Period : null;
            if (next.Due is null)
            {
                _timers.Remove(next);
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                if (_disposed)
                {
                    return false;
                }

                Period = period;
                owner._timers.Remove(this);
                Due = dueTime < TimeSpan.Zero ? null : owner._now + dueTime;
                if (Due is not null)
                {
                    owner._timers.Add(this);
                    var change = owner._newTimer;
                    owner._newTimer = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    change.TrySetResult();
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._lock)
            {
                _disposed = true;
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
