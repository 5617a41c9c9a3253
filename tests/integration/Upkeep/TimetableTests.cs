using LarkSandbox.Contacts;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Upkeep;

/// <summary>The timetable runs by itself, and each time is taken once, however many replicas there are.</summary>
public sealed class TimetableTests
{
    private static readonly Dictionary<string, string> EverySecond = new() { ["Schedule:UserSync"] = "* * * * * ?" };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task On_SQLite_it_is_kept_in_memory_and_stops_in_order()
    {
        await using var scene = await Scene.StartAsync(new() { Timetable = true, Settings = EverySecond });
        await scene.GrantAsync(scene.Ava, "auth:user.id:read", "offline_access");
        scene.InsidePlatform<ContactBook>().Change(scene.Ava.OpenId, entry => entry with { Name = "Ava Rock" });

        await Eventually.TrueAsync("the new name", async () => (await scene.Api.GetAsync($"/api/v1/grants/{scene.Ava.OpenId}"))["name"] == "Ava Rock", Patience);
        await scene.Service.StopAsync();
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains("Scheduled work did not stop in order", StringComparison.Ordinal) || line.Contains(" Error LarkService.Hosting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_replicas_take_each_time_once_and_one_goes_on_when_the_other_stops()
    {
        await using var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Timetable = true, Settings = EverySecond });
        await scene.GrantAsync(scene.Ava, "auth:user.id:read", "offline_access");
        var settings = new Dictionary<string, string>(scene.Settings()) { ["urls"] = $"http://127.0.0.1:{FreePort.Take()}" };
        var other = await RunningService.StartAsync(settings, scene.Clock, timetable: true);
        try
        {
            // Given both at it
            await BothHaveRunAsync(scene, other);

            // Then there are no more runs than seconds
            var book = scene.InsidePlatform<ContactBook>();
            var (calls, began) = (book.Calls, TimeProvider.System.GetTimestamp());
            await Eventually.TrueAsync("five more runs", () => book.Calls >= calls + 5, Patience);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            Assert.InRange(book.Calls - calls, 5, (int)Math.Ceiling(seconds) + 2);
            Assert.Equal(1, await scene.Database.CountAsync("qrtz_triggers", "trigger_name = 'sync_user_info_batch'"));

            // When one stops, the other has all of it
            await other.StopAsync();
            calls = book.Calls;
            await Eventually.TrueAsync("runs of the one that is left", () => book.Calls >= calls + 2, Patience);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    private static Task BothHaveRunAsync(Scene scene, RunningService other) => Eventually.TrueAsync(
        "both replicas in the cluster",
        async () => await scene.Database.CountAsync("qrtz_scheduler_state") == 2 && (HasRun(scene.Service.Output) || HasRun(other.Output)),
        Patience);

    private static bool HasRun(IEnumerable<string> output) => output.Any(line => line.Contains("Scheduled work sync_user_info_batch took", StringComparison.Ordinal));
}
