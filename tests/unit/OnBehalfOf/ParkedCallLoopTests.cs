using LarkService.Data;
using LarkService.OnBehalfOf;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Who works on what, how much at a time, and for how long nobody else does.</summary>
public sealed class ParkedCallLoopTests : ParkedCallTest
{
    [Fact]
    public async Task A_users_work_of_one_kind_is_begun_in_its_order_three_at_a_time_and_holds_up_nobody_else()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Runner.Work = (payload, ct) => payload == "other" ? Task.CompletedTask : held.Task.WaitAsync(ct);
        foreach (var number in new[] { "1", "2", "3", "4" })
        {
            await ParkAsync("w" + number, number);
            Clock.AdvanceSeconds(1);
        }

        await ParkAsync("theirs", "other", Some.OtherUser);
        await StartAsync();

        await EndsAsync("theirs", ParkedCallState.Succeeded);
        Assert.Equal(["1", "2", "3"], Runner.Ran.Where(p => p != "other").Order());
        held.SetResult();
        await EndsAsync("w4", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task What_a_dead_process_had_in_work_is_taken_up_at_the_start()
    {
        await ParkAsync("w1");
        await ChangeAsync("w1", c => c.DueAt = Clock.GetUtcNow().AddSeconds(15)); // its lease
        await StartAsync();

        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_lease_is_renewed_while_the_work_goes_on()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Runner.Work = (_, ct) => held.Task.WaitAsync(ct);
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(() => Runner.Ran.Count == 1);
        var lease = (await CallAsync("w1")).DueAt;
        Assert.Equal(Clock.GetUtcNow().AddSeconds(15), lease);

        await Clock.SomeoneWaitsForAsync(5);
        Clock.AdvanceSeconds(5);
        await Until.TrueAsync(async () => (await CallAsync("w1")).DueAt == lease.AddSeconds(5));
        Assert.Single(Runner.Ran);
        held.SetResult();
        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task Work_that_goes_on_is_not_begun_again_by_its_own_process_although_its_lease_ran_out()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Runner.Work = (payload, ct) => payload == "long" ? held.Task.WaitAsync(ct) : Task.CompletedTask;
        await StartAsync();
        await ParkAsync("w1", "long");
        await Until.TrueAsync(() => Runner.Ran.Count == 1);
        await ChangeAsync("w1", c => c.DueAt = Clock.GetUtcNow()); // as if its renewals had stalled

        await ParkAsync("w2", "short", Some.OtherUser); // younger: what is claimed at all of the two, w1 is first
        await EndsAsync("w2", ParkedCallState.Succeeded);

        Assert.Equal(["long", "short"], Runner.Ran);
        held.SetResult();
        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task Where_there_are_many_processes_a_lease_is_respected_until_it_runs_out()
    {
        await ParkAsync("w1");
        var lease = Clock.GetUtcNow().AddSeconds(15);
        await ChangeAsync("w1", c => c.DueAt = lease);
        await StartAsync(new Database(DatabaseProvider.Postgres, File.Database.Open)); // the name alone: the loop asks whether it is alone
        for (var waited = 0; waited < 14; waited += 2)
        {
            await Clock.SomeoneWaitsForAsync(2);
            Assert.Equal((lease, 0), ((await CallAsync("w1")).DueAt, Runner.Ran.Count));
            Clock.AdvanceSeconds(2);
        }

        await Clock.SomeoneWaitsForAsync(2);
        Clock.AdvanceSeconds(2);
        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_host_that_stops_leaves_its_work_due_at_once_for_the_next()
    {
        Runner.Work = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(() => Runner.Ran.Count == 1);

        await Loop!.StopAsync(default);
        var call = await CallAsync("w1");
        Assert.Equal((ParkedCallState.Running, Clock.GetUtcNow(), 0), (call.State, call.DueAt, call.Attempts));
    }

    [Fact]
    public async Task Work_that_rests_until_its_next_try_holds_up_nothing_of_its_user()
    {
        Runner.Work = (payload, _) => payload == "good" ? Task.CompletedTask : throw new HttpRequestException("out of reach");
        foreach (var number in new[] { "1", "2", "3" })
        {
            await ParkAsync("w" + number, number);
            Clock.AdvanceSeconds(1);
        }

        await ParkAsync("w4", "good");
        await StartAsync();

        await EndsAsync("w4", ParkedCallState.Succeeded);
        foreach (var id in (string[])["w1", "w2", "w3"])
        {
            Assert.Equal(ParkedCallState.Running, (await CallAsync(id)).State);
        }
    }
}
