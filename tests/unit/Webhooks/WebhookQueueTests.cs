using LarkService.Data;
using LarkService.Data.Tidying;
using LarkService.UnitTests.Grants.Upkeep;
using LarkService.UnitTests.Support;
using LarkService.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Webhooks;

public sealed class WebhookQueueTests : IDisposable
{
    private readonly WebhookScene _scene = new();

    [Fact]
    public async Task A_notice_is_stored_once_for_each_who_wants_it_however_often_it_is_told()
    {
        await _scene.AddAsync(_scene.Notice("a"), _scene.Notice("a"), _scene.Notice("a", WebhookEvents.Revoked), _scene.Notice("b"));

        var rows = await _scene.RowsAsync();
        Assert.Equal(
            [("authorization.declined", WebhookScene.One), ("grant.revoked", WebhookScene.One), ("grant.revoked", WebhookScene.Two), ("authorization.declined", WebhookScene.One)],
            rows.Select(r => (r.Type, r.Url)));
        Assert.Equal(4, rows.Select(r => r.Id).Distinct().Count());
        Assert.Equal(3, rows.Select(r => r.NoticeId).Distinct().Count());
    }

    [Fact]
    public async Task One_in_vain_is_due_again_after_longer_and_longer_pauses_and_given_up_after_nine_tries()
    {
        await _scene.AddAsync("a");
        foreach (var pause in new[] { 5, 30, 120, 600, 1800, 7200, 21600, 43200 })
        {
            Assert.False(await _scene.Queue.FailedAsync(Assert.Single(await ClaimAsync()), "HTTP 500"));
            _scene.Clock.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            Assert.Empty(await ClaimAsync());
            _scene.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.True(await _scene.Queue.FailedAsync(Assert.Single(await ClaimAsync()), "HTTP 503"));
        var row = Assert.Single(await _scene.RowsAsync());
        Assert.Equal((DeliveryState.Dead, 9, "HTTP 503", _scene.Clock.GetUtcNow()), (row.State, row.Attempts, row.LastError, row.DueAt));
        _scene.Clock.Advance(TimeSpan.FromDays(10));
        Assert.Empty(await ClaimAsync());
    }

    [Fact]
    public async Task Who_holds_one_holds_it_alone_until_its_lease_ends_and_then_writes_nothing_over_its_successor()
    {
        await _scene.AddAsync("a");
        var other = _scene.QueueOf(new LeaseOwner());
        var mine = Assert.Single(await ClaimAsync());
        _scene.Clock.AdvanceSeconds(29.9);
        Assert.Empty(await ClaimAsync(other));

        _scene.Clock.AdvanceSeconds(0.1);
        var theirs = Assert.Single(await ClaimAsync(other));
        await _scene.Queue.DeliveredAsync(mine);
        Assert.Equal(DeliveryState.Pending, Assert.Single(await _scene.RowsAsync()).State);
        await other.DeliveredAsync(theirs);
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await _scene.RowsAsync()).State);
    }

    [Fact]
    public async Task What_a_process_that_is_gone_had_in_hand_is_due_at_once_where_there_can_be_no_other()
    {
        await _scene.AddAsync("a");
        await _scene.AddAsync(_scene.Notice("b", openId: "ou_9"));
        var waits = Assert.Single(await ClaimAsync(), d => d.OpenId == "ou_9");
        await _scene.Queue.FailedAsync(waits, "HTTP 500"); // nobody has this one in hand: it waits for its next try

        var next = _scene.QueueOf(new LeaseOwner());
        await next.TakeOverAsync(default);

        Assert.Equal(Some.User.OpenId, Assert.Single(await ClaimAsync(next)).OpenId);
    }

    [Fact]
    public async Task Notices_about_one_user_wait_for_an_older_one_until_its_second_try_failed()
    {
        await _scene.AddAsync("a", "b");
        await _scene.AddAsync(_scene.Notice("c", openId: "ou_9"));

        // The first of each
        var first = await ClaimAsync();
        Assert.Equal([Some.User.OpenId, "ou_9"], first.Select(d => d.OpenId));
        Assert.Empty(await ClaimAsync());
        await _scene.Queue.DeliveredAsync(first[1]);

        // While it is tried twice, and between, the next one waits; then order gives way
        await _scene.Queue.FailedAsync(first[0], "HTTP 500");
        _scene.Clock.AdvanceSeconds(5);
        var second = Assert.Single(await ClaimAsync());
        Assert.Equal(first[0].Id, second.Id);
        await _scene.Queue.FailedAsync(second, "HTTP 500");
        Assert.Empty(await ClaimAsync());
        _scene.Clock.AdvanceSeconds(30);
        Assert.Equal(first[0].Id, Assert.Single(await ClaimAsync()).Id); // the one that is due longest has two tries still
        Assert.NotEqual(first[0].Id, Assert.Single(await ClaimAsync()).Id);
    }

    [Fact]
    public async Task What_arrived_goes_after_two_days_and_what_was_given_up_or_is_nobodys_after_a_month()
    {
        await _scene.AddAsync("a", "b", "c");
        await StateAsync(1, DeliveryState.Delivered);
        await StateAsync(2, DeliveryState.Dead);
        Task<CleanedUp> CleanAsync() => _scene.Clock.ThroughAsync(
            new CleanUp([OldDeliveries.Arrived, OldDeliveries.GivenUp, OldDeliveries.ForNobody], _scene.Database, _scene.Clock, NullLogger<CleanUp>.Instance).RunAsync(default));

        _scene.Clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        Assert.All((await CleanAsync()).Removed.Values, removed => Assert.Equal(0, removed));
        _scene.Clock.AdvanceSeconds(1);
        Assert.Equal("notices that arrived 1, notices given up 0, notices for nobody 0", (await CleanAsync()).ToString());
        _scene.Clock.Advance(TimeSpan.FromDays(28));
        Assert.Equal("notices that arrived 0, notices given up 1, notices for nobody 1", (await CleanAsync()).ToString());
    }

    public void Dispose() => _scene.Dispose();

    private Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(WebhookQueue? queue = null) => (queue ?? _scene.Queue).ClaimAsync(WebhookScene.One, 10, default);

    private Task StateAsync(long number, string state) => _scene.Database.RunAsync(db =>
        db.Set<WebhookDelivery>().Where(d => d.Number == number).ExecuteUpdateAsync(u => u.SetProperty(d => d.State, state)));
}
