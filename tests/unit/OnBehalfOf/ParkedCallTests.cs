using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Data;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

public sealed class ParkedCallTests : IAsyncLifetime
{
    private static readonly ConsentPlace Place = new("Answer you", "回答你", "お答えします", "oc_1", false, true);
    private static readonly ScopeSet Needed = ScopeSet.Of("aily:run:write");
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();
    private readonly ManualTime _clock = new();
    private readonly ScriptedRunner _runner = new();
    private readonly ScriptedConsent _consent = new();
    private readonly ParkedCallSignal _signal = new();
    private readonly ParkedCalls _parked;
    private ParkedCallLoop? _loop;

    public ParkedCallTests() => _parked = new ParkedCalls(_file.Database, Some.Seal(), _signal, _clock);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Work_is_kept_sealed_before_it_is_begun()
    {
        await ParkAsync("w1", "the user's question");

        var call = await CallAsync("w1");
        Assert.Equal((ParkedCallState.Running, 0), (call.State, _runner.Ran.Count));
        Assert.DoesNotContain("question", call.SealedPayload, StringComparison.Ordinal);
        Assert.Throws<LarkService.Grants.Sealing.SealException>(() => Some.Seal().Open(call.SealedPayload!, Some.User, LarkService.Grants.Sealing.SealPurpose.ParkedCall("w2")));
    }

    [Fact]
    public async Task Work_runs_once_and_nothing_of_it_is_kept()
    {
        await StartAsync();
        await ParkAsync("w1", "do it");
        var done = await EndsAsync("w1", ParkedCallState.Succeeded);

        Assert.Equal(["do it"], _runner.Ran);
        Assert.Equal((null, _clock.GetUtcNow()), (done.SealedPayload, done.FinishedAt));
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

        Assert.Equal(2, _runner.Ran.Count);
        Assert.DoesNotContain("again", _runner.Ran);
    }

    [Fact]
    public async Task Work_that_lacks_consent_asks_for_all_it_will_need_and_waits()
    {
        NeedsConsent();
        await StartAsync();
        await ParkAsync("w1");
        var call = await EndsAsync("w1", ParkedCallState.WaitingForUser);

        Assert.Equal(("s1", 0), (call.SessionId, call.Rounds));
        var (gap, scopes, place) = Assert.Single(_consent.Asked);
        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of("aily:run:write", "extra"), Place), (gap.Reason, scopes, place));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(_runner.Ran);
    }

    [Fact]
    public async Task Consent_lets_the_work_go_on()
    {
        await WaitingAsync("w1");
        _runner.Work = (_, _) => Task.CompletedTask;
        await _parked.ReleaseAsync("s1", ConsentState.Granted, default);

        await EndsAsync("w1", ParkedCallState.Succeeded);
        Assert.Equal(2, _runner.Ran.Count);
        Assert.Empty(_runner.GaveUp);
    }

    [Theory]
    [InlineData(ConsentState.Declined, ParkedCallEnd.Declined, ParkedCallState.Declined)]
    [InlineData(ConsentState.Expired, ParkedCallEnd.Expired, ParkedCallState.Expired)]
    internal async Task Without_consent_the_work_is_given_up_and_the_user_told(ConsentState state, ParkedCallEnd end, string stored)
    {
        await WaitingAsync("w1", "question");
        await _parked.ReleaseAsync("s1", state, default);

        var call = await EndsAsync("w1", stored);
        Assert.Null(call.SealedPayload);
        Assert.Equal(("question", end), Assert.Single(_runner.GaveUp));
        Assert.Single(_runner.Ran);
    }

    [Fact]
    public async Task Only_what_waits_for_a_session_is_released_by_it_and_only_once()
    {
        await WaitingAsync("w1");
        await _parked.ReleaseAsync("another", ConsentState.Declined, default);
        Assert.Equal(ParkedCallState.WaitingForUser, (await CallAsync("w1")).State);

        await _parked.ReleaseAsync("s1", ConsentState.Declined, default);
        await EndsAsync("w1", ParkedCallState.Declined);
        await _parked.ReleaseAsync("s1", ConsentState.Granted, default);
        Assert.Equal(ParkedCallState.Declined, (await CallAsync("w1")).State);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _parked.ReleaseAsync("s1", ConsentState.Pending, default));
    }

    [Fact]
    public async Task A_user_who_is_faster_than_our_note_that_the_work_waits_is_not_overlooked()
    {
        // Given a session that has ended when we come to write down that we wait for it, so that nobody will release us
        _consent.State = ConsentState.Granted;
        var tries = 0;
        _runner.Work = (_, _) => Interlocked.Increment(ref tries) == 1 ? throw Gap() : Task.CompletedTask;
        await StartAsync();
        await ParkAsync("w1");

        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_user_who_agrees_to_less_each_time_is_asked_three_times_and_no_more()
    {
        NeedsConsent();
        _consent.State = ConsentState.Granted;
        await StartAsync();
        await ParkAsync("w1");

        await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal(3, _consent.Asked.Count);
        Assert.Equal(ParkedCallEnd.Failed, Assert.Single(_runner.GaveUp).End);
    }

    [Fact]
    public async Task A_user_asked_too_often_is_asked_again_later()
    {
        NeedsConsent();
        _consent.Answer = () => new ConsentAnswer.Later(TimeSpan.FromSeconds(40));
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(async () => (await CallAsync("w1")).DueAt == _clock.GetUtcNow().AddSeconds(40));

        Assert.Equal((ParkedCallState.Running, 0), ((await CallAsync("w1")).State, (await CallAsync("w1")).Rounds));
    }

    [Fact]
    public async Task Work_that_fails_is_tried_again_after_2_10_and_60_seconds_and_then_given_up()
    {
        _runner.Work = (_, _) => throw new HttpRequestException("out of reach");
        await StartAsync();
        await ParkAsync("w1");
        foreach (var (tries, pause) in new[] { (1, 2), (2, 10), (3, 60) })
        {
            await Until.TrueAsync(async () => (await CallAsync("w1")).Attempts == tries);
            Assert.Equal(_clock.GetUtcNow().AddSeconds(pause), (await CallAsync("w1")).DueAt);
            await _clock.SomeoneWaitsForAsync(2);
            _clock.AdvanceSeconds(pause);
        }

        await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal(4, _runner.Ran.Count);
        Assert.Equal(ParkedCallEnd.Failed, Assert.Single(_runner.GaveUp).End);
    }

    [Fact]
    public async Task Work_whose_payload_does_not_open_is_not_run()
    {
        await ParkAsync("w1");
        await ChangeAsync("w1", c => c.SealedPayload = "changed");
        await StartAsync();

        await Until.TrueAsync(async () => (await CallAsync("w1")).State == ParkedCallState.Failed); // it would not open later
        Assert.Empty(_runner.Ran);
    }

    [Fact]
    public async Task Work_whose_key_is_not_configured_waits_until_it_is()
    {
        await ParkAsync("w1");
        var payload = (await CallAsync("w1")).SealedPayload!;
        await ChangeAsync("w1", c => c.SealedPayload = Some.Seal("k-2019", ("k-2019", 9)).Seal(new Secret("{}"), Some.User, SealPurpose.ParkedCall("w1")));
        await StartAsync();

        await Until.TrueAsync(async () => (await CallAsync("w1")).DueAt >= _clock.GetUtcNow().AddMinutes(1));
        Assert.Equal((ParkedCallState.Running, 0), ((await CallAsync("w1")).State, (await CallAsync("w1")).Attempts));
        await ChangeAsync("w1", c => c.SealedPayload = payload);
        _clock.AdvanceSeconds(61);
        await Until.TrueAsync(async () =>
        {
            _clock.AdvanceSeconds(1); // a look that began before needs another
            return (await CallAsync("w1")).State == ParkedCallState.Succeeded;
        });
    }

    [Fact]
    public async Task A_users_work_of_one_kind_is_begun_in_its_order_three_at_a_time_and_holds_up_nobody_else()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _runner.Work = (payload, ct) => payload == "other" ? Task.CompletedTask : held.Task.WaitAsync(ct);
        foreach (var number in new[] { "1", "2", "3", "4" })
        {
            await ParkAsync("w" + number, number);
            _clock.AdvanceSeconds(1);
        }

        await ParkAsync("theirs", "other", Some.OtherUser);
        await StartAsync();

        await EndsAsync("theirs", ParkedCallState.Succeeded);
        Assert.Equal(["1", "2", "3"], _runner.Ran.Where(p => p != "other").Order());
        held.SetResult();
        await EndsAsync("w4", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task Work_that_waits_for_the_user_holds_up_no_later_work()
    {
        await WaitingAsync("w1");
        _runner.Work = (_, _) => Task.CompletedTask;
        await ParkAsync("w2", "next");

        await EndsAsync("w2", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task What_a_dead_process_had_in_work_is_taken_up_at_the_start()
    {
        await ParkAsync("w1");
        await ChangeAsync("w1", c => c.DueAt = _clock.GetUtcNow().AddSeconds(15)); // its lease
        await StartAsync();

        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_lease_is_renewed_while_the_work_goes_on()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _runner.Work = (_, ct) => held.Task.WaitAsync(ct);
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(() => _runner.Ran.Count == 1);
        var lease = (await CallAsync("w1")).DueAt;
        Assert.Equal(_clock.GetUtcNow().AddSeconds(15), lease);

        await _clock.SomeoneWaitsForAsync(5);
        _clock.AdvanceSeconds(5);
        await Until.TrueAsync(async () => (await CallAsync("w1")).DueAt == lease.AddSeconds(5));
        Assert.Single(_runner.Ran);
        held.SetResult();
        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task Where_there_are_many_processes_a_lease_is_respected_until_it_runs_out()
    {
        await ParkAsync("w1");
        var lease = _clock.GetUtcNow().AddSeconds(15);
        await ChangeAsync("w1", c => c.DueAt = lease);
        await StartAsync(new Database(DatabaseProvider.Postgres, _file.Database.Open)); // the name alone: the loop asks whether it is alone
        for (var waited = 0; waited < 14; waited += 2)
        {
            await _clock.SomeoneWaitsForAsync(2);
            Assert.Equal((lease, 0), ((await CallAsync("w1")).DueAt, _runner.Ran.Count));
            _clock.AdvanceSeconds(2);
        }

        await _clock.SomeoneWaitsForAsync(2);
        _clock.AdvanceSeconds(2);
        await EndsAsync("w1", ParkedCallState.Succeeded);
    }

    [Fact]
    public async Task A_host_that_stops_leaves_its_work_due_at_once_for_the_next()
    {
        _runner.Work = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(() => _runner.Ran.Count == 1);

        await _loop!.StopAsync(default);
        var call = await CallAsync("w1");
        Assert.Equal((ParkedCallState.Running, _clock.GetUtcNow(), 0), (call.State, call.DueAt, call.Attempts));
    }

    [Fact]
    public async Task Work_left_over_after_its_user_could_not_be_told_ends_all_the_same()
    {
        await WaitingAsync("w1");
        _runner.GivingUp = () => throw new HttpRequestException("out of reach");
        await _parked.ReleaseAsync("s1", ConsentState.Declined, default);
        for (var tries = 1; tries <= 3; tries++)
        {
            await Until.TrueAsync(async () => (await CallAsync("w1")).Attempts == tries);
            await _clock.SomeoneWaitsForAsync(2);
            _clock.AdvanceSeconds(60);
        }

        await EndsAsync("w1", ParkedCallState.Declined);
        Assert.Equal(4, _runner.GaveUp.Count);
    }

    [Fact]
    public async Task When_the_grant_is_taken_back_what_waited_for_its_user_ends_for_that_reason()
    {
        await WaitingAsync("w1", "question");
        await _parked.GiveUpAsync(Some.User, _clock.GetUtcNow(), default);

        var call = await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal((nameof(ParkedCallEnd.Revoked), null), (call.GiveUpAs, call.SealedPayload));
        Assert.Equal(("question", ParkedCallEnd.Revoked), Assert.Single(_runner.GaveUp));
        Assert.Single(_runner.Ran);

        // And the session that ends later changes nothing
        await _parked.ReleaseAsync("s1", ConsentState.Granted, default);
        Assert.Equal(ParkedCallState.Failed, (await CallAsync("w1")).State);
    }

    [Fact]
    public async Task When_the_grant_is_taken_back_what_would_be_tried_again_later_ends_at_once()
    {
        _runner.Work = (_, _) => throw new HttpRequestException("out of reach");
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(async () => await CallAsync("w1") is { Attempts: 1, LeaseOwner: null });
        await _parked.GiveUpAsync(Some.User, _clock.GetUtcNow(), default);

        Assert.Equal(nameof(ParkedCallEnd.Revoked), (await EndsAsync("w1", ParkedCallState.Failed)).GiveUpAs);
        Assert.Single(_runner.Ran);
    }

    [Fact]
    public async Task When_the_grant_is_taken_back_what_is_in_work_asks_nobody_and_ends()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _runner.Work = async (_, _) =>
        {
            await goOn.Task;
            throw Gap();
        };
        await StartAsync();
        await ParkAsync("w1");
        await Until.TrueAsync(() => _runner.Ran.Count == 1);
        await _parked.GiveUpAsync(Some.User, _clock.GetUtcNow(), default);
        Assert.Empty(_runner.GaveUp);
        goOn.SetResult();

        await EndsAsync("w1", ParkedCallState.Failed);
        Assert.Equal(ParkedCallEnd.Revoked, Assert.Single(_runner.GaveUp).End);
        Assert.Empty(_consent.Asked);
    }

    [Fact]
    public async Task A_revocation_touches_nobody_elses_work_and_none_that_came_after_it()
    {
        NeedsConsent();
        await StartAsync();
        await ParkAsync("theirs", user: Some.OtherUser);
        var at = _clock.GetUtcNow();
        _clock.AdvanceSeconds(1);
        await ParkAsync("later");
        await EndsAsync("theirs", ParkedCallState.WaitingForUser);
        await EndsAsync("later", ParkedCallState.WaitingForUser);

        await _parked.GiveUpAsync(Some.User, at, default);

        Assert.Equal((null, null), ((await CallAsync("theirs")).GiveUpAs, (await CallAsync("later")).GiveUpAs));
    }

    public async ValueTask DisposeAsync()
    {
        if (_loop is not null)
        {
            await _loop.StopAsync(default);
            _loop.Dispose();
        }

        _signal.Dispose();
        _file.Dispose();
    }

    private static ConsentRequiredException Gap() => new(Some.User, new ConsentGap(ConsentReason.ScopesMissing, ScopeSet.Of("extra")));

    private void NeedsConsent() => _runner.Work = (_, _) => throw Gap();

    private async Task StartAsync(Database? shared = null)
    {
        var owner = new LeaseOwner();
        var run = OperationScene.Run(_file.Database, owner, _consent, _parked, _clock, [_runner], []);
        _loop = new ParkedCallLoop(shared ?? _file.Database, owner, run, _signal, _clock, NullLogger<ParkedCallLoop>.Instance);
        await _loop.StartAsync(default);
    }

    private Task ParkAsync(string id, string payload = "{}", UserKey? user = null) =>
        _parked.RunOrParkAsync(new NewCall(id, "test", user ?? Some.User, payload, Needed, Place), default);

    private async Task WaitingAsync(string id, string payload = "{}")
    {
        NeedsConsent();
        await StartAsync();
        await ParkAsync(id, payload);
        await EndsAsync(id, ParkedCallState.WaitingForUser);
    }

    private async Task<ParkedCall> EndsAsync(string id, string state)
    {
        await Until.TrueAsync(async () => (await CallAsync(id)).State == state);
        return await CallAsync(id);
    }

    private Task<ParkedCall> CallAsync(string id) => _file.Database.RunAsync(db => db.Set<ParkedCall>().AsNoTracking().SingleAsync(c => c.Id == id));

    private Task ChangeAsync(string id, Action<ParkedCall> change) => _file.Database.RunAsync(async db =>
    {
        change(await db.Set<ParkedCall>().SingleAsync(c => c.Id == id));
        await db.SaveChangesAsync();
    });
}
