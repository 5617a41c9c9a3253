using LarkService.Data.Tidying;
using LarkService.Grants.Upkeep;
using Microsoft.Extensions.Options;

namespace LarkService.Hosting.Schedule;

/// <summary>What happens by the clock: a line for each. All of it may run twice, or on two replicas at once, and do no harm.</summary>
internal sealed class Timetable
{
    public Timetable(
        CleanUp cleanUp, KeepAlive keepAlive, UserSync userSync, UnusedGrants unused, EndAnnouncements announcements, IOptions<ScheduleOptions> options) =>
        All =
        [
            new("clean_up", "0 7 * * * ?", async ct => await cleanUp.RunAsync(ct)) { Jitter = TimeSpan.FromMinutes(2) },
            new("keep_alive", "0 0/15 * * * ?", async ct => await keepAlive.RunAsync(ct)) { Jitter = TimeSpan.FromSeconds(30) },
            new("sync_user_info_batch", options.Value.UserSync, async ct => await userSync.RunAsync(ct)),
            new("unused_grants", "0 30 3 * * ?", async ct => await unused.RunAsync(ct)) { Jitter = TimeSpan.FromMinutes(2) },
            new("announce_end", "0 30 9 * * ?", async ct => await announcements.RunAsync(ct)) { Jitter = TimeSpan.FromMinutes(2) },
        ];

    public IReadOnlyList<TimedWork> All { get; }

    public TimedWork? Find(string name) => All.FirstOrDefault(work => work.Name == name);
}

/// <summary>One line of the timetable.</summary>
/// <param name="Name">Stored by the scheduler, and in the log.</param>
/// <param name="Cron">When.</param>
/// <param name="RunAsync">Does it; what it returns is written to the log.</param>
internal sealed record TimedWork(string Name, string Cron, Func<CancellationToken, Task<object>> RunAsync)
{
    /// <summary>It begins so much later at most, so that not everybody comes to the platform on the stroke of the hour.</summary>
    public TimeSpan Jitter { get; init; }
}
