using System.Text;
using System.Text.Json.Nodes;
using LarkService.Events;
using LarkService.Events.Inbox;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.UnitTests.Events.Http;

/// <summary>What is taken over HTTP, and what becomes of it.</summary>
public sealed class HttpPushTests
{
    [Fact]
    public async Task The_recorded_push_is_stored_and_acknowledged()
    {
        await using var receiver = new Receiver(handlers: b => b.OnEvent<ScriptedHandler>(EventTypes.Message));
        var push = Fixture.Json("event-http-encrypted");
        receiver.Clock.Advance(DateTimeOffset.FromUnixTimeSeconds(1760000000) - receiver.Clock.GetUtcNow());
        var sent = new SentPush(Encoding.UTF8.GetBytes(push.GetProperty("bodyText").GetString()!))
        {
            Headers = push.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString()!, StringComparer.OrdinalIgnoreCase),
        };
        var reply = await receiver.SendAsync(sent);
        Assert.Equal((200, "application/json; charset=utf-8", """{"msg":"success"}"""), (reply.Status, reply.ContentType, reply.Text));
        var row = Assert.Single(await receiver.Events.Database.AllAsync<InboxEvent>());
        Assert.Equal(("evt00000000000000000000000000001", EventTypes.Message), (row.EventId, row.EventType));
        Assert.DoesNotContain(Receiver.Token, row.Payload, StringComparison.Ordinal);
        Assert.Equal(1, receiver.Counted("taken"));
    }

    [Theory]
    [InlineData(null, Receiver.Token)]
    [InlineData(Receiver.Key, Receiver.Token)]
    [InlineData(Receiver.Key, null)]
    public async Task The_check_of_the_address_is_passed_with_the_challenge(string? key, string? token)
    {
        await using var receiver = new Receiver(key, token);
        var check = Encoding.UTF8.GetString(Fixture.Bytes("event-url-verification"));
        var reply = await receiver.SendAsync(Receiver.Plain(key is null ? check : Receiver.Encrypted(check, key)));
        Assert.Equal((200, "00000000-0000-4000-8000-0000000000c1"), (reply.Status, reply.Json.GetProperty("challenge").GetString()));
        Assert.Single(reply.Json.EnumerateObject());
        Assert.Equal(1, receiver.Counted("verified"));
        Assert.Empty(await receiver.Events.Database.AllAsync<InboxEvent>());
    }

    [Theory]
    [InlineData(null, "another")]
    [InlineData(null, null)]
    [InlineData(Receiver.Key, "another")]
    [InlineData(Receiver.Key, null)]
    public async Task Without_the_right_token_it_is_not(string? key, string? token)
    {
        await using var receiver = new Receiver(key);
        var check = new JsonObject { ["challenge"] = "abc", ["token"] = token, ["type"] = "url_verification" }.ToJsonString();
        var reply = await receiver.SendAsync(Receiver.Plain(key is null ? check : Receiver.Encrypted(check, key)));
        Assert.Equal((401, "urn:lark-service:unauthenticated"), (reply.Status, reply.Type));
        Assert.DoesNotContain("abc", reply.Text, StringComparison.Ordinal);
        Assert.Equal(1, receiver.Counted("wrong_token"));
    }

    [Fact]
    public async Task With_an_encrypt_key_a_check_in_clear_is_not_answered()
    {
        await using var receiver = new Receiver();
        var reply = await receiver.SendAsync(Receiver.Plain(Encoding.UTF8.GetString(Fixture.Bytes("event-url-verification"))));
        Assert.Equal(401, reply.Status);
        Assert.Equal(1, receiver.Counted("unsigned"));
    }

    [Fact]
    public async Task With_a_token_only_events_come_in_clear()
    {
        await using var receiver = new Receiver(key: null);
        Assert.Equal(200, (await receiver.SendAsync(Receiver.Plain(Receiver.Event("e1")))).Status);
        var legacy = Encoding.UTF8.GetString(Fixture.Bytes("event-v1-legacy"));
        Assert.Equal(200, (await receiver.SendAsync(Receiver.Plain(legacy.Replace("1a2b3c4d5e6f7081", "t", StringComparison.Ordinal)))).Status);
        Assert.Equal(401, (await receiver.SendAsync(Receiver.Plain(legacy.Replace(Receiver.Token, "another", StringComparison.Ordinal)))).Status);
        Assert.Equal(401, (await receiver.SendAsync(Receiver.Plain(Receiver.Event("e2", token: "another")))).Status);
        Assert.Equal("e1", Assert.Single(await receiver.Events.Database.AllAsync<InboxEvent>()).EventId);
    }

    [Fact]
    public async Task With_an_encrypt_key_only_the_token_is_not_asked_for()
    {
        await using var receiver = new Receiver(token: null);
        Assert.Equal(200, (await receiver.SendAsync(receiver.Signed(Receiver.Event("e1", token: "whatever")))).Status);
        Assert.Single(await receiver.Events.Database.AllAsync<InboxEvent>());
    }

    [Fact]
    public async Task An_event_that_is_not_stored_is_pushed_again_even_as_the_very_same_request()
    {
        await using var receiver = new Receiver();
        receiver.Events.Database.IsDown = true;
        var push = receiver.Signed(Receiver.Event("e1"));
        var reply = await receiver.SendAsync(push);
        Assert.Equal((503, "urn:lark-service:internal"), (reply.Status, reply.Type));
        Assert.Equal(1, receiver.Counted("not_stored"));

        receiver.Events.Database.IsDown = false;
        Assert.Equal(200, (await receiver.SendAsync(push)).Status);
        Assert.Single(await receiver.Events.Database.AllAsync<InboxEvent>());
    }

    [Fact]
    public async Task An_event_that_came_by_the_long_connection_is_not_handled_again()
    {
        await using var receiver = new Receiver();
        await receiver.Events.ReceiveAsync(Pushes.Event("e1", receiver.Clock));
        Assert.Equal(200, (await receiver.SendAsync(receiver.Signed(Receiver.Event("e1")))).Status);
        Assert.Single(await receiver.Events.Database.AllAsync<InboxEvent>());
        Assert.Equal(1, receiver.Events.Counted("duplicate"));
    }

    [Fact]
    public async Task A_click_is_answered_in_the_response_and_what_follows_waits_until_that_is_out()
    {
        var followed = 0;
        await using var receiver = WithClicks(() => new(new JsonObject { ["content"] = "好" })
        {
            Afterwards = _ =>
            {
                Interlocked.Increment(ref followed);
                return Task.CompletedTask;
            },
        });
        var reply = await receiver.SendAsync(receiver.Signed(Click("e1")));
        Assert.Equal((200, """{"toast":{"content":"好"}}"""), (reply.Status, reply.Text));
        Assert.Equal((0, 1d), (Volatile.Read(ref followed), receiver.Counted("answered")));
        Assert.Equal(0, receiver.Events.Meters.Sum("lark_service.http.callback.duration"));

        receiver.Clock.AdvanceSeconds(0.2);
        await reply.CompleteAsync();
        await Until.TrueAsync(() => Volatile.Read(ref followed) == 1);
        Assert.Equal(0.2, receiver.Events.Meters.Sum("lark_service.http.callback.duration", ("kind", "callback")), 3);
    }

    [Fact]
    public async Task A_click_without_words_gets_an_empty_object()
    {
        await using var receiver = WithClicks(() => new());
        Assert.Equal("{}", (await receiver.SendAsync(receiver.Signed(Click("e1")))).Text);
    }

    [Fact]
    public async Task A_click_that_comes_by_both_wires_is_handled_once_and_answered_alike()
    {
        var calls = 0;
        await using var receiver = WithClicks(() => new(new JsonObject { ["content"] = $"{Interlocked.Increment(ref calls)}" }));
        var reply = await receiver.SendAsync(receiver.Signed(Click("e1")));
        var other = (PayloadAnswer.Ok)await receiver.Events.ReceiveAsync(Pushes.Of(Click("e1"), receiver.Clock));
        Assert.Equal(reply.Text, Encoding.UTF8.GetString(other.Data!.Value.Span));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task The_time_for_a_click_counts_from_the_requests_head()
    {
        await using var receiver = WithClicks(() => throw new InvalidOperationException("x"), never: true);
        var signed = receiver.Signed(Click("e1"));
        await using var body = new SlowStream(signed.Body, receiver.Clock, TimeSpan.FromSeconds(1));
        var answering = receiver.SendAsync(signed with { Stream = body });
        await receiver.Clock.SomeoneWaitsForAsync(1);
        receiver.Clock.AdvanceSeconds(1);
        await receiver.Clock.SomeoneWaitsForAsync(1.5);
        receiver.Clock.AdvanceSeconds(1.5);
        Assert.Contains("Still working", (await answering.Soon()).Text, StringComparison.Ordinal);
    }

    private static Receiver WithClicks(Func<CallbackAnswer> answer, bool never = false) =>
        new(handlers: b => b.OnCardAction<Clicks>("do"), more: s => s.AddSingleton(new Clicks(answer, never)));

    private static string Click(string id) => Receiver.Event(id, EventTypes.CardAction, body: new
    {
        @operator = new { open_id = "ou_1" },
        token = "c-1",
        action = new { value = new { action = "do" }, tag = "button" },
        context = new { open_message_id = "om_1", open_chat_id = "oc_1" },
    });

    private sealed class Clicks(Func<CallbackAnswer> answer, bool never) : ICardActionHandler
    {
        public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct) =>
            never ? new TaskCompletionSource<CallbackAnswer>().Task.WaitAsync(ct) : Task.FromResult(answer());
    }
}
