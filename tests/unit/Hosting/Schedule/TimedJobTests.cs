using LarkService.Hosting.Schedule;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Hosting.Schedule;

public sealed class TimedJobTests
{
    private readonly ManualTime _clock = new();
    private readonly ListLogger<TimedJob> _log = new();

    [Fact]
    public async Task Work_leaves_one_line_in_the_log_with_its_counts()
    {
        await Job().RunAsync(new TimedWork("tidy", "", _ => Task.FromResult<object>("sessions 3")), default);
        Assert.Matches("^Information: Scheduled work tidy took .*: sessions 3", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task Work_that_fails_is_told_of_and_hurts_nobody()
    {
        await Job().RunAsync(new TimedWork("tidy", "", _ => throw new InvalidOperationException("No.")), default);
        Assert.StartsWith("Error: Scheduled work tidy failed", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_with_jitter_waits_at_most_so_long()
    {
        var began = new TaskCompletionSource();
        var work = new TimedWork("tidy", "", Begin) { Jitter = TimeSpan.FromMinutes(2) };

        var run = Job().RunAsync(work, default);
        await _clock.SomeoneWaitsAsync(TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.False(began.Task.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await began.Task.Soon();
        await run.Soon();

        Task<object> Begin(CancellationToken ct)
        {
            began.SetResult();
            return Task.FromResult<object>("");
        }
    }

    [Fact]
    public async Task A_service_that_stops_cuts_work_short_without_calling_it_a_failure()
    {
        using var stop = new CancellationTokenSource();
        var run = Job().RunAsync(new TimedWork("tidy", "", async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return "";
        }), stop.Token);
        await stop.CancelAsync();
        await run.Soon();
        Assert.StartsWith("Information: Scheduled work tidy was cut short", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private TimedJob Job() => new(null!, _clock, new Stopping(CancellationToken.None), _log);
}
