using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.Data.Outbox;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Authorization;

public sealed class SessionExpiryLoopTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task A_session_ends_within_seconds_of_its_time_and_its_card_follows()
    {
        var due = await _scene.SessionAsync(seconds: 10);
        var later = await _scene.SessionAsync(scopes: "later", seconds: 600);
        await _scene.Expiry.StartAsync(default);

        for (var i = 0; i < 4; i++)
        {
            await _scene.Clock.SomeoneWaitsForAsync(3);
            Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(due.SessionId)).State);
            _scene.Clock.AdvanceSeconds(3);
        }

        await Until.TrueAsync(async () => (await _scene.SessionAsync(due.SessionId)).State == SessionState.Expired);
        var ended = await _scene.SessionAsync(due.SessionId);
        Assert.Equal((null, null, null, null, null), (ended.PendingKey, ended.StateHash, ended.SealedLink, ended.SealedPkceVerifier, ended.NextPollAt));
        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(later.SessionId)).State);
        Assert.Equal([SessionTopics.Changed, SessionTopics.Finished], await _scene.FollowUpsAsync());
        Assert.Equal(1, _scene.Meters.Sum("lark_service.auth.session", ("outcome", "expired")));
        await _scene.Expiry.StopAsync(default);
    }

    [Fact]
    public async Task Many_that_run_out_together_are_ended_in_one_look_and_their_cards_leave_room_for_others()
    {
        const int many = 150;
        for (var i = 0; i < many; i++)
        {
            await _scene.SessionAsync(scopes: $"s{i}", seconds: 10);
        }

        _scene.Clock.AdvanceSeconds(10);
        var now = _scene.Clock.GetUtcNow();
        await _scene.Expiry.StartAsync(default);
        await Until.TrueAsync(async () => (await _scene.SessionsAsync()).All(s => s.State == SessionState.Expired));
        await _scene.Expiry.StopAsync(default);

        // What waits for the end is told at once, and a hundred cards; the others follow one after the other
        var messages = await _scene.Database.RunAsync(db => db.Set<OutboxMessage>().AsNoTracking().ToListAsync());
        Assert.Equal(many, messages.Count(m => m.Subscriber == SessionTopics.Finished && m.DueAt == now));
        var cards = messages.Where(m => m.Subscriber == SessionTopics.Changed).Select(m => m.DueAt).Order().ToList();
        Assert.Equal((many, 100), (cards.Count, cards.Count(c => c == now)));
        Assert.Equal(Enumerable.Range(1, many - 100).Select(n => now.AddMilliseconds(125 * n)), cards.Skip(100));
    }

    [Fact]
    public async Task Two_replicas_end_each_session_once()
    {
        List<AuthorizationSession> due = [];
        for (var i = 0; i < 20; i++)
        {
            due.Add(await _scene.SessionAsync(scopes: $"s{i}", seconds: 10));
        }

        _scene.Clock.AdvanceSeconds(10);
        var (one, other) = (new OverdueSessions(_scene.Database, _scene.Outbox, _scene.Clock), new OverdueSessions(_scene.Database, _scene.Outbox, _scene.Clock));
        var first = await one.EndAsync(due[..12], default);
        _scene.Clock.AdvanceSeconds(0.001);
        var second = await other.EndAsync(due, default);

        Assert.Equal((12, 8), (first.Count, second.Count));
        Assert.Equal(20, first.Concat(second).DistinctBy(s => s.SessionId).Count());
        Assert.Equal(20, (await _scene.FollowUpsAsync()).Count(f => f == SessionTopics.Finished));
    }

    public void Dispose() => _scene.Dispose();
}
