using LarkService.Apaas.Ai;
using LarkService.Authorization;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.Data.Tidying;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Grants.Upkeep;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Data.Tidying;

public sealed class CleanUpTests : IDisposable
{
    private readonly TempDatabase _file = new();
    private readonly ManualTime _clock = new();
    private readonly ListLogger<CleanUp> _log = new();

    [Fact]
    public async Task Sessions_go_a_month_past_their_time_once_they_have_ended()
    {
        await AddAsync(
            Session("old", SessionState.Authorized, days: 31),
            Session("expired", SessionState.Expired, days: 31),
            Session("young", SessionState.Authorized, days: 29),
            Session("pending", SessionState.Pending, days: 31)); // ended by its loop first

        Assert.Equal("sessions 2", (await RunAsync(new OldSessions())).ToString());
        Assert.Equal(["pending", "young"], (await _file.AllAsync<AuthorizationSession>()).Select(s => s.SessionId).Order());
    }

    [Fact]
    public async Task Parked_calls_go_a_month_after_they_were_over_and_never_while_they_run()
    {
        await AddAsync(
            Call("done", ParkedCallState.Succeeded, days: 31),
            Call("forgotten", ParkedCallState.WaitingForUser, days: 31),
            Call("young", ParkedCallState.Failed, days: 29),
            Call("running", ParkedCallState.Running, days: 31));

        Assert.Equal("parked calls 2", (await RunAsync(new OldParkedCalls())).ToString());
        Assert.Equal(["running", "young"], (await _file.AllAsync<ParkedCall>()).Select(c => c.Id).Order());
    }

    [Fact]
    public async Task Follow_ups_go_a_month_after_they_were_given_up_and_never_before()
    {
        await AddAsync(Message("dead", dead: true, days: 31), Message("late", dead: false, days: 31), Message("young", dead: true, days: 29));

        Assert.Equal("follow-ups given up 1", (await RunAsync(new DeadMessages())).ToString());
        Assert.Equal(["late", "young"], (await _file.AllAsync<OutboxMessage>()).Select(m => m.Key).Order());
    }

    [Fact]
    public async Task AI_turns_go_after_a_month()
    {
        await AddAsync(Turn("old", days: 31), Turn("young", days: 29));

        Assert.Equal("AI turns 1", (await RunAsync(new OldAiTurns())).ToString());
        Assert.Equal("young", Assert.Single(await _file.AllAsync<AiTurn>()).MessageId);
    }

    [Fact]
    public async Task However_many_there_are_they_go_in_steps_and_the_audit_log_stays()
    {
        await AddAsync([.. Enumerable.Range(0, (2 * CleanUp.Step) + 3).Select(i => Turn($"old{i}", days: 31))]);
        var audit = new AuditLog(_file.Database, _clock);
        await audit.AppendAsync(new AuditEntry("service", AuditActions.Revocation, "done"), default);
        _clock.Advance(TimeSpan.FromDays(4000));

        var removed = await RunAsync(new OldSessions(), new OldParkedCalls(), new DeadMessages(), new OldAiTurns());
        Assert.Equal((2 * CleanUp.Step) + 3, removed.Removed["AI turns"]);
        Assert.Single(await _file.AllAsync<AuditRow>());
    }

    [Fact]
    public async Task A_kind_that_fails_stops_no_other()
    {
        await AddAsync(Turn("old", days: 31));

        Assert.Equal("AI turns 1", (await RunAsync(new Broken(), new OldAiTurns())).ToString());
        Assert.Contains("broken things", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    public void Dispose() => _file.Dispose();

    private Task<CleanedUp> RunAsync(params IOldRows[] kinds) => _clock.ThroughAsync(new CleanUp(kinds, _file.Database, _clock, _log).RunAsync(default));

    private Task AddAsync(params object[] rows) => _file.Database.RunAsync(async db =>
    {
        db.AddRange(rows);
        await db.SaveChangesAsync();
    });

    private DateTimeOffset Ago(int days) => _clock.GetUtcNow().AddDays(-days);

    private AuthorizationSession Session(string id, SessionState state, int days) => new() { SessionId = id, AppId = Some.AppId, OpenId = "ou_1", Flow = SessionFlow.Device, Origin = SessionOrigin.Rest, State = state, Scopes = ScopeSet.Empty, CreatedAt = Ago(days), ExpiresAt = Ago(days) };

    private ParkedCall Call(string id, string state, int days) => new() { Id = id, Kind = "k", AppId = Some.AppId, OpenId = "ou_1", State = state, Scopes = ScopeSet.Empty, Place = "{}", DueAt = Ago(days), CreatedAt = Ago(days) };

    private OutboxMessage Message(string key, bool dead, int days) => new() { Subscriber = "s", Key = key, Payload = "{}", CreatedAt = Ago(days), DueAt = Ago(days), Dead = dead };

    private AiTurn Turn(string id, int days) => new() { MessageId = id, AppId = Some.AppId, OpenId = "ou_1", ChatId = "oc_1", CreatedAt = Ago(days) };

    private sealed class Broken : IOldRows
    {
        public string Name => "broken things";

        public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct) => throw new InvalidOperationException("No.");
    }
}
