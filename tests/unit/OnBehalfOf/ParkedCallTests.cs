using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Work on a user's behalf: kept, done once, and what becomes of it.</summary>
public sealed class ParkedCallTests : ParkedCallTest
{
    [Fact]
    public async Task Work_is_kept_sealed_before_it_is_begun()
    {
        await ParkAsync("w1", "the user's question");

        var call = await CallAsync("w1");
        Assert.Equal((ParkedCallState.Running, 0), (call.State, Runner.Ran.Count));
        Assert.DoesNotContain("question", call.SealedPayload, StringComparison.Ordinal);
        Assert.Throws<SealException>(() => Some.Seal().Open(call.SealedPayload!, Some.User, SealPurpose.ParkedCall("w2")));
    }

    [Fact]
    public async Task Work_runs_once_and_nothing_of_it_is_kept()
    {
        await StartAsync();
        await ParkAsync("w1", "do it");
        var done = await EndsAsync("w1", ParkedCallState.Succeeded);

        Assert.Equal(["do it"], Runner.Ran);
        Assert.Equal((null, Clock.GetUtcNow()), (done.SealedPayload, done.FinishedAt));
    }

    [Fact]
    public async Task The_same_work_is_kept_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Task.Run(() => ParkAsync("w1", $"take {i}"))));
        await StartAsync();
        await EndsAsync("w1", ParkedCallState.Succeeded);
        await ParkAsync("w1", "again");
        await ParkAsync("w2", "another");
        await EndsAsync("w2", ParkedCallState.Succeeded);

        Assert.Equal(2, Runner.Ran.Count);
        Assert.DoesNotContain("again", Runner.Ran);
    }

    [Fact]
    public async Task Work_that_fails_is_tried_again_after_2_10_and_60_seconds_and_then_given_up()
    {
        Runner.Work = (_, _) => throw new HttpRequestException("out of reach");
        await StartAsync();
        await ParkAsync("w1");
        foreach (var (tries, pause) in new[] { (1, 2), (2, 10), (3, 60) })
        {
            await Until.TrueAsync(async () => (await CallAsync("w1")).Attempts == tries);
            Assert.Equal(Clock.GetUtcNow().AddSeconds(pause), (await CallAsync("w1")).DueAt);
            await Clock.SomeoneWaitsForAsync(2);
            Clock.AdvanceSeconds(pause);
        }

        await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal(4, Runner.Ran.Count);
        Assert.Equal(ParkedCallEnd.Failed, Assert.Single(Runner.GaveUp).End);
    }

    [Fact]
    public async Task Work_whose_payload_does_not_open_is_not_run()
    {
        await ParkAsync("w1");
        await ChangeAsync("w1", c => c.SealedPayload = "changed");
        await StartAsync();

        await Until.TrueAsync(async () => (await CallAsync("w1")).State == ParkedCallState.Failed); // it would not open later
        Assert.Empty(Runner.Ran);
    }

    [Fact]
    public async Task Work_whose_key_is_not_configured_waits_until_it_is()
    {
        await ParkAsync("w1");
        var payload = (await CallAsync("w1")).SealedPayload!;
        await ChangeAsync("w1", c => c.SealedPayload = Some.Seal("k-2019", ("k-2019", 9)).Seal(new Secret("{}"), Some.User, SealPurpose.ParkedCall("w1")));
        await StartAsync();

        await Until.TrueAsync(async () => (await CallAsync("w1")).DueAt >= Clock.GetUtcNow().AddMinutes(1));
        Assert.Equal((ParkedCallState.Running, 0), ((await CallAsync("w1")).State, (await CallAsync("w1")).Attempts));
        await ChangeAsync("w1", c => c.SealedPayload = payload);
        Clock.AdvanceSeconds(61);
        await Until.TrueAsync(async () =>
        {
            Clock.AdvanceSeconds(1); // a look that began before needs another
            return (await CallAsync("w1")).State == ParkedCallState.Succeeded;
        });
    }

    [Fact]
    public async Task Work_left_over_after_its_user_could_not_be_told_ends_all_the_same()
    {
        await WaitingAsync("w1");
        Runner.GivingUp = () => throw new HttpRequestException("out of reach");
        await Parked.ReleaseAsync("s1", ConsentState.Declined, default);
        for (var tries = 1; tries <= 3; tries++)
        {
            await Until.TrueAsync(async () => (await CallAsync("w1")).Attempts == tries);
            await Clock.SomeoneWaitsForAsync(2);
            Clock.AdvanceSeconds(60);
        }

        await EndsAsync("w1", ParkedCallState.Declined);
        Assert.Equal(4, Runner.GaveUp.Count);
    }

    [Fact]
    public async Task When_the_grant_is_taken_back_what_waited_for_its_user_ends_for_that_reason()
    {
        await WaitingAsync("w1", "question");
        await Parked.GiveUpAsync(Some.User, Clock.GetUtcNow(), default);

        var call = await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal((nameof(ParkedCallEnd.Revoked), null), (call.GiveUpAs, call.SealedPayload));
        Assert.Equal(("question", ParkedCallEnd.Revoked), Assert.Single(Runner.GaveUp));
        Assert.Single(Runner.Ran);

        // And the session that ends later changes nothing
        await Parked.ReleaseAsync("s1", ConsentState.Granted, default);
        Assert.Equal(ParkedCallState.Failed, (await CallAsync("w1")).State);
    }

    [Fact]
    public async Task When_the_grant_is_taken_back_what_would_be_tried_again_later_ends_at_once()
    {
        Runner.Work = (_, _) => throw new HttpRequestException("out of reach");
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(async () => await CallAsync("w1") is { Attempts: 1, LeaseOwner: null });
        await Parked.GiveUpAsync(Some.User, Clock.GetUtcNow(), default);

        Assert.Equal(nameof(ParkedCallEnd.Revoked), (await EndsAsync("w1", ParkedCallState.Failed)).GiveUpAs);
        Assert.Single(Runner.Ran);
    }

    [Fact]
    public async Task When_the_grant_is_taken_back_what_is_in_work_asks_nobody_and_ends()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Runner.Work = async (_, _) =>
        {
            await goOn.Task;
            throw Gap();
        };
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(() => Runner.Ran.Count == 1);
        await Parked.GiveUpAsync(Some.User, Clock.GetUtcNow(), default);
        Assert.Empty(Runner.GaveUp);
        goOn.SetResult();

        await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal(ParkedCallEnd.Revoked, Assert.Single(Runner.GaveUp).End);
        Assert.Empty(Consent.Asked);
    }

    [Fact]
    public async Task A_revocation_touches_nobody_elses_work_and_none_that_came_after_it()
    {
        NeedsConsent();
        await StartAsync();
        await ParkAsync("theirs", user: Some.OtherUser);
        var at = Clock.GetUtcNow();
        Clock.AdvanceSeconds(1);
        await ParkAsync("later");
        await EndsAsync("theirs", ParkedCallState.WaitingForUser);
        await EndsAsync("later", ParkedCallState.WaitingForUser);

        await Parked.GiveUpAsync(Some.User, at, default);

        Assert.Equal((null, null), ((await CallAsync("theirs")).GiveUpAs, (await CallAsync("later")).GiveUpAs));
    }
}
