using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Work that lacks consent waits for it, and goes on when it comes.</summary>
public sealed class ParkedCallConsentTests : ParkedCallTest
{
    [Fact]
    public async Task Work_that_lacks_consent_asks_for_all_it_will_need_and_waits()
    {
        NeedsConsent();
        await StartAsync();
        await ParkAsync("w1");
        var call = await EndsAsync("w1", ParkedCallState.WaitingForUser);

        Assert.Equal(("s1", 0), (call.SessionId, call.Rounds));
        var (gap, scopes, place) = Assert.Single(Consent.Asked);
        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of("aily:run:write", "extra"), Place), (gap.Reason, scopes, place));
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(Runner.Ran);
    }

    [Fact]
    public async Task Consent_lets_the_work_go_on()
    {
        await WaitingAsync("w1");
        Runner.Work = (_, _) => Task.CompletedTask;
        await Parked.ReleaseAsync("s1", ConsentState.Granted, default);

        await EndsAsync("w1", ParkedCallState.Succeeded);
        Assert.Equal(2, Runner.Ran.Count);
        Assert.Empty(Runner.GaveUp);
    }

    [Theory]
    [InlineData(ConsentState.Declined, ParkedCallEnd.Declined, ParkedCallState.Declined)]
    [InlineData(ConsentState.Expired, ParkedCallEnd.Expired, ParkedCallState.Expired)]
    internal async Task Without_consent_the_work_is_given_up_and_the_user_told(ConsentState state, ParkedCallEnd end, string stored)
    {
        await WaitingAsync("w1", "question");
        await Parked.ReleaseAsync("s1", state, default);

        var call = await EndsAsync("w1", stored);
        Assert.Null(call.SealedPayload);
        Assert.Equal(("question", end), Assert.Single(Runner.GaveUp));
        Assert.Single(Runner.Ran);
    }

    [Fact]
    public async Task Only_what_waits_for_a_session_is_released_by_it_and_only_once()
    {
        await WaitingAsync("w1");
        await Parked.ReleaseAsync("another", ConsentState.Declined, default);
        Assert.Equal(ParkedCallState.WaitingForUser, (await CallAsync("w1")).State);

        await Parked.ReleaseAsync("s1", ConsentState.Declined, default);
        await EndsAsync("w1", ParkedCallState.Declined);
        await Parked.ReleaseAsync("s1", ConsentState.Granted, default);
        Assert.Equal(ParkedCallState.Declined, (await CallAsync("w1")).State);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Parked.ReleaseAsync("s1", ConsentState.Pending, default));
    }

    [Fact]
    public async Task A_user_who_is_faster_than_our_note_that_the_work_waits_is_not_overlooked()
    {
        // Given a session that has ended when we come to write down that we wait for it, so that nobody will release us
        Consent.State = ConsentState.Granted;
        var tries = 0;
        Runner.Work = (_, _) => Interlocked.Increment(ref tries) == 1 ? throw Gap() : Task.CompletedTask;
        await StartAsync();
        await ParkAsync("w1");

        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_user_who_agrees_to_less_each_time_is_asked_three_times_and_no_more()
    {
        NeedsConsent();
        Consent.State = ConsentState.Granted;
        await StartAsync();
        await ParkAsync("w1");

        await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal(3, Consent.Asked.Count);
        Assert.Equal(ParkedCallEnd.Failed, Assert.Single(Runner.GaveUp).End);
    }

    [Fact]
    public async Task A_user_asked_too_often_is_asked_again_later()
    {
        NeedsConsent();
        Consent.Answer = () => new ConsentAnswer.Later(TimeSpan.FromSeconds(40));
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(async () => (await CallAsync("w1")).DueAt == Clock.GetUtcNow().AddSeconds(40));

        Assert.Equal((ParkedCallState.Running, 0), ((await CallAsync("w1")).State, (await CallAsync("w1")).Rounds));
    }

    [Fact]
    public async Task Work_that_waits_for_the_user_holds_up_no_later_work()
    {
        await WaitingAsync("w1");
        Runner.Work = (_, _) => Task.CompletedTask;
        await ParkAsync("w2", "next");

        await EndsAsync("w2", ParkedCallState.Succeeded);
    }

    [Theory]
    [InlineData(ConsentState.Declined, ParkedCallState.Declined)]
    [InlineData(ConsentState.Expired, ParkedCallState.Expired)]
    internal async Task A_session_that_ended_unheard_is_asked_about_a_minute_later(ConsentState ended, string state)
    {
        Consent.Answer = () => new ConsentAnswer.Waiting("s1") { ExpiresAt = Clock.GetUtcNow().AddMinutes(10) };
        await WaitingAsync("w1");
        using var unheard = new UnheardSessions(File.Database, Consent, Parked, Clock, NullLogger<UnheardSessions>.Instance);
        await unheard.StartAsync(default);
        for (var minute = 1; minute <= 13; minute++)
        {
            await Clock.SomeoneWaitsForAsync(60);
            Assert.Equal(ParkedCallState.WaitingForUser, (await CallAsync("w1")).State); // the session is still open, as far as anybody knows
            Consent.State = minute == 13 ? ended : ConsentState.Pending;
            Clock.AdvanceSeconds(60);
        }

        await EndsAsync("w1", state);
        await unheard.StopAsync(default);
    }
}
