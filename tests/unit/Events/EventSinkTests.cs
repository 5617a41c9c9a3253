using LarkService.Events;
using LarkService.Events.Inbox;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Events;

public sealed class EventSinkTests : IAsyncLifetime
{
    private readonly RunningEvents _events = new(b => b.OnEvent<ScriptedHandler>(EventTypes.Message));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task An_event_is_stored_before_it_is_acknowledged()
    {
        var answer = await _events.ReceiveAsync(Pushes.Fixture("im-message-receive-p2p-text", _events.Clock));
        Assert.IsType<PayloadAnswer.Ok>(answer);
        var row = Assert.Single(await _events.Database.AllAsync<InboxEvent>());
        Assert.Equal(("evt00000000000000000000000000001", EventTypes.Message, InboxState.Received, 0), (row.EventId, row.EventType, row.State, row.Attempts));
        Assert.Equal($"{Some.AppId}|oc_00000000000000000000000000000001", row.OrderingKey);
        Assert.Equal($"{Some.AppId}|om_00000000000000000000000000000001", row.DedupeKey);
        Assert.Equal((_events.Clock.GetUtcNow(), _events.Clock.GetUtcNow()), (row.CreatedAt, row.DueAt));
        Assert.Equal(1, _events.Counted("stored", EventTypes.Message));
    }

    [Fact]
    public async Task An_event_that_comes_again_is_acknowledged_and_not_stored_again()
    {
        var push = Pushes.Event("e1", _events.Clock);
        await _events.ReceiveAsync(push);
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(push));
        Assert.Single(await _events.Database.AllAsync<InboxEvent>());
        Assert.Equal(1, _events.Counted("duplicate", Pushes.Type));
    }

    [Fact]
    public async Task An_event_that_comes_again_after_it_was_handled_is_not_handled_again()
    {
        var push = Pushes.Event("e1", _events.Clock);
        await _events.ReceiveAsync(push);
        Assert.Equal(1, await _events.RunDueAsync());
        _events.Clock.Advance(TimeSpan.FromHours(47));
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(push));
        Assert.Equal(0, await _events.RunDueAsync());
    }

    [Fact]
    public async Task A_message_under_another_event_id_is_the_same_message()
    {
        var body = new { message = new { message_id = "om_1", chat_id = "oc_1" } };
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock, EventTypes.Message, body));
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(Pushes.Event("e2", _events.Clock, EventTypes.Message, body)));
        Assert.Single(await _events.Database.AllAsync<InboxEvent>());
    }

    [Fact]
    public async Task Events_without_a_second_mark_do_not_collide()
    {
        await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock));
        await _events.ReceiveAsync(Pushes.Event("e2", _events.Clock));
        Assert.Equal(2, (await _events.Database.AllAsync<InboxEvent>()).Count);
    }

    [Fact]
    public async Task An_event_nobody_handles_is_acknowledged_and_not_stored()
    {
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(Pushes.Fixture("event-bot-menu", _events.Clock)));
        Assert.Empty(await _events.Database.AllAsync<InboxEvent>());
        Assert.Equal(1, _events.Counted("unhandled", "other"));
    }

    [Fact]
    public async Task With_the_database_down_nothing_is_acknowledged()
    {
        _events.Database.IsDown = true;
        Assert.IsType<PayloadAnswer.Failed>(await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock)));
        Assert.Equal(1, _events.Counted("not_stored", Pushes.Type));

        _events.Database.IsDown = false;
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(Pushes.Event("e1", _events.Clock)));
        Assert.Equal(1, await _events.RunDueAsync());
    }

    [Fact]
    public async Task What_cannot_be_read_is_counted_logged_once_and_not_taken()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<PayloadAnswer.Failed>(await _events.ReceiveAsync(Pushes.Of("{", _events.Clock)));
        }

        Assert.Equal(3, _events.Counted("undecodable", "other"));
        Assert.Single(((ListLogger<EventSink>)_events.Get<ILogger<EventSink>>()).Lines, line => line.Contains("not_json, 1 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_of_another_tenant_is_refused_once_it_is_known_which_one_is_ours()
    {
        var ours = Pushes.Event("e1", _events.Clock);
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(ours));
        Assert.Equal("wrong_tenant", Assert.IsType<PayloadAnswer.Failed>(await _events.ReceiveAsync(OfTenant("e2", "other"))).Refusal);
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(OfTenant("e3", "")));
        Assert.IsType<PayloadAnswer.Ok>(await _events.ReceiveAsync(OfTenant("e4", "t")));
        Assert.Equal(1, _events.Counted("wrong_tenant"));
        Assert.Equal(["e1", "e3", "e4"], (await _events.Database.AllAsync<InboxEvent>()).Select(e => e.EventId).Order());
    }

    [Fact]
    public async Task A_configured_tenant_is_the_only_one_from_the_first_push_on()
    {
        await using var events = new RunningEvents(more: s => s.AddSingleton(Some.HttpApps(tenantKey: "t")));
        Assert.IsType<PayloadAnswer.Failed>(await events.ReceiveAsync(OfTenant("e1", "other")));
        Assert.IsType<PayloadAnswer.Failed>(await events.ReceiveAsync(Pushes.Click("e2", new { action = "a" }, events.Clock, tenant: "other")));
        Assert.IsType<PayloadAnswer.Ok>(await events.ReceiveAsync(OfTenant("e3", "t")));
        Assert.Equal(2, events.Counted("wrong_tenant"));
    }

    [Fact]
    public async Task An_event_for_another_app_is_refused()
    {
        var push = Pushes.Event("e1", _events.Clock) with { AppId = "cli_other" };
        Assert.IsType<PayloadAnswer.Failed>(await _events.ReceiveAsync(push));
        Assert.Equal(1, _events.Counted("wrong_app"));
        Assert.Equal("wrong_app", ((PayloadAnswer.Failed)await _events.ReceiveAsync(push)).Refusal);
        Assert.Empty(await _events.Database.AllAsync<InboxEvent>());
    }

    [Fact]
    public async Task The_same_event_at_the_same_time_on_two_connections_is_stored_once()
    {
        var push = Pushes.Event("e1", _events.Clock);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _events.ReceiveAsync(push))));
        Assert.Equal((1, 7), (_events.Counted("stored"), _events.Counted("duplicate")));
    }

    [Theory]
    [InlineData("im-message-receive-group-text", "oc_00000000000000000000000000000002")]
    [InlineData("event-user-token-revoked", "ou_00000000000000000000000000000001")]
    [InlineData("event-bot-menu", "ou_00000000000000000000000000000001")]
    [InlineData("card-action-trigger", "oc_00000000000000000000000000000001")]
    public void Events_are_ordered_within_a_chat_or_a_person(string fixture, string key)
    {
        var read = Assert.IsType<EnvelopeOutcome.Read>(Envelope.Read(Fixture.Bytes(fixture), Some.AppId, _events.Clock.GetUtcNow()));
        Assert.Equal($"{Some.AppId}|{key}", InboxKeys.Ordering(read.Event));
    }

    private LarkPayload OfTenant(string id, string tenant) => Pushes.Event(id, _events.Clock, tenant: tenant);
}
