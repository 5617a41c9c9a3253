using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Chat;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Authorization;

public sealed class SessionCardsTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task A_card_is_changed_in_place_to_what_its_session_is_now()
    {
        var session = await _scene.SessionAsync();
        await _scene.Completion.EndAsync(session, SessionState.Declined, null, default);
        await FollowAsync(session);

        var patch = Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
        Assert.Equal((HttpMethod.Patch, OpenPlatform.Messages + "/om_1", "grey"), (patch.Method, patch.Url.AbsolutePath, (string?)patch.Card["header"]!["template"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_changes_while_the_card_is_on_its_way_is_shown_once_it_is_there(bool ends)
    {
        // Given a card that is being sent, so that nobody knows yet where it is
        var session = await _scene.SessionAsync();
        _scene.Platform.When(OpenPlatform.Messages, async (_, _) =>
        {
            await (ends
                ? _scene.Completion.EndAsync(session, SessionState.Declined, null, default)
                : _scene.Completion.RenewLinkAsync(session, 1, default));
            return OpenPlatform.Response(200, """{"code":0,"data":{"message_id":"om_2","chat_id":"oc_1"}}""");
        });

        await _scene.Cards.SendAsync(session, isGroup: false, default);

        // Then it is drawn once more, beside what the change itself asked for
        Assert.Equal(2, (await _scene.FollowUpsAsync()).Count(topic => topic == SessionTopics.Changed));
    }

    [Theory]
    [InlineData(230011)]
    [InlineData(230031)]
    [InlineData(230110)]
    public async Task A_card_that_can_no_longer_be_changed_is_sent_anew(int code)
    {
        _scene.Platform.When(OpenPlatform.Messages, (call, _) => Task.FromResult(call.Method == HttpMethod.Patch
            ? OpenPlatform.Response(400, $$"""{"code":{{code}},"msg":"no"}""")
            : OpenPlatform.Response(200, """{"code":0,"data":{"message_id":"om_2","chat_id":"oc_1"}}""")));
        await FollowAsync(await _scene.SessionAsync());

        Assert.Equal([HttpMethod.Patch, HttpMethod.Post], _scene.Platform.To(OpenPlatform.Messages).Select(c => c.Method));
    }

    [Fact]
    public async Task A_new_card_takes_the_place_of_one_that_is_gone_and_each_link_has_its_own_message()
    {
        // Given a message that was recalled, and a session that gets another link, twice
        var session = await _scene.SessionAsync();
        var sent = 0;
        _scene.Platform.When(OpenPlatform.Messages, (call, _) => Task.FromResult(call.Method == HttpMethod.Patch
            ? OpenPlatform.Response(400, """{"code":230011,"msg":"recalled"}""")
            : OpenPlatform.Response(200, $$"""{"code":0,"data":{"message_id":"om_new{{++sent}}","chat_id":"oc_1"} }""")));
        for (var renewal = 1; renewal <= 2; renewal++)
        {
            await _scene.Completion.RenewLinkAsync(session, 0, default);
            await FollowAsync(session);
            Assert.Equal($"om_new{renewal}", (await _scene.SessionAsync(session.SessionId)).MessageId);
        }

        var posts = _scene.Platform.To(OpenPlatform.Messages).Where(c => c.Method == HttpMethod.Post).ToList();
        Assert.Equal(2, posts.Select(c => (string?)c.Json["uuid"]).Distinct().Count()); // the same one would bring back the first message with its dead link
    }

    [Fact]
    public async Task A_new_card_is_that_of_the_session_which_took_the_old_ones_place_meanwhile()
    {
        var session = await _scene.SessionAsync();
        _scene.Platform.When(OpenPlatform.Messages, async (call, _) =>
        {
            if (call.Method == HttpMethod.Patch)
            {
                return OpenPlatform.Response(400, """{"code":230011,"msg":"recalled"}""");
            }

            await _scene.Consents.AskAsync(new ConsentAsk(Some.User, LarkService.Platform.ScopeSet.Of("wider"), SessionOrigin.Rest), default);
            return OpenPlatform.Response(200, """{"code":0,"data":{"message_id":"om_2","chat_id":"oc_1"}}""");
        });

        await FollowAsync(session);

        var wider = (await _scene.SessionsAsync()).Single(s => s.State == SessionState.Pending);
        Assert.Equal(("om_2", null), (wider.MessageId, (await _scene.SessionAsync(session.SessionId)).MessageId));

        // It is drawn there once more, after us
        Assert.Equal(2, await _scene.Database.RunAsync(db => db.Set<OutboxMessage>().CountAsync(m => m.Subscriber == SessionTopics.Changed && m.Payload.Contains(wider.SessionId))));
    }

    [Fact]
    public async Task Where_the_card_is_gone_and_nobody_can_be_written_to_it_is_left_at_that()
    {
        _scene.Platform.When(OpenPlatform.Messages, (call, _) => Task.FromResult(OpenPlatform.Response(
            400, call.Method == HttpMethod.Patch ? """{"code":230110,"msg":"deleted"}""" : """{"code":230029,"msg":"resigned"}""")));

        await FollowAsync(await _scene.SessionAsync());
        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Messages).Count);
    }

    [Fact]
    public async Task A_card_that_is_taken_over_while_it_is_drawn_is_drawn_again_as_its_new_session()
    {
        var session = await _scene.SessionAsync();
        var taken = false;
        _scene.Platform.When(OpenPlatform.Messages, async (_, _) =>
        {
            if (!taken)
            {
                taken = true;
                await _scene.Consents.AskAsync(new ConsentAsk(Some.User, LarkService.Platform.ScopeSet.Of("wider"), SessionOrigin.Rest), default);
            }

            return OpenPlatform.Response(200, """{"code":0,"data":{}}""");
        });
        await FollowAsync(session);
        await _scene.ShowAsync();

        var wider = (await _scene.SessionsAsync()).Single(s => s.State == SessionState.Pending);
        Assert.Equal("om_1", wider.MessageId);
        Assert.Contains(wider.SessionId, _scene.Platform.To(OpenPlatform.Messages)[^1].Body, StringComparison.Ordinal);
        Assert.True(_scene.Platform.To(OpenPlatform.Messages).Count >= 3); // ours, and then the new one's, at the latest after ours
    }

    [Fact]
    public async Task Any_other_refusal_is_left_to_the_follow_ups_next_try()
    {
        _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230020,"msg":"too frequent"}""");
        var session = await _scene.SessionAsync();

        await Assert.ThrowsAsync<PlatformException>(() => FollowAsync(session));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_card_only_the_user_sees_is_replaced_in_the_group_or_directly(bool online)
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.CardSentAsync(session.SessionId, "om_only", "oc_group", onlyVisible: true, default);
        if (!online)
        {
            _scene.Platform.Answer(OpenPlatform.OnlyVisible, 400, """{"code":18053,"msg":"not online"}""");
        }

        await FollowAsync(session);
        Assert.Equal("om_only", (string?)Assert.Single(_scene.Platform.To("/open-apis/ephemeral/v1/delete")).Json["message_id"]);
        Assert.Equal("oc_group", (string?)Assert.Single(_scene.Platform.To(OpenPlatform.OnlyVisible)).Json["chat_id"]);
        Assert.Equal(online ? 0 : 1, _scene.Platform.To(OpenPlatform.Messages).Count);
    }

    [Fact]
    public async Task A_card_only_the_user_sees_that_an_earlier_try_has_deleted_is_sent_all_the_same()
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.CardSentAsync(session.SessionId, "om_only", "oc_group", onlyVisible: true, default);
        _scene.Platform.Answer("/open-apis/ephemeral/v1/delete", 400, """{"code":230001,"msg":"no such message"}""");

        await FollowAsync(session);

        Assert.Single(_scene.Platform.To(OpenPlatform.OnlyVisible));
    }

    [Theory]
    [InlineData(500, 1)]
    [InlineData(429, 99991400)]
    public async Task A_card_only_the_user_sees_that_cannot_be_deleted_just_now_is_left_to_the_follow_ups_next_try(int status, int code)
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.CardSentAsync(session.SessionId, "om_only", "oc_group", onlyVisible: true, default);
        _scene.Platform.Answer("/open-apis/ephemeral/v1/delete", status, $$"""{"code":{{code}},"msg":"not now"}""");

        await Assert.ThrowsAsync<PlatformException>(() => FollowAsync(session));

        Assert.Empty(_scene.Platform.To(OpenPlatform.OnlyVisible)); // two would stand there
    }

    [Fact]
    public async Task A_session_without_a_card_or_that_is_gone_needs_nothing()
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.LetGoOfCardAsync(session.SessionId, default);
        await FollowAsync(session);
        await _scene.Database.RunAsync(db => db.Set<AuthorizationSession>().ExecuteDeleteAsync());
        await FollowAsync(session);

        Assert.Empty(_scene.Platform.Calls);
    }

    [Theory]
    [InlineData("oc_1", "?receive_id_type=chat_id")]
    [InlineData(null, "?receive_id_type=open_id")]
    public async Task A_user_is_told_of_a_revocation_where_they_asked_or_directly(string? chat, string query)
    {
        await TellRevokedAsync(chat);

        Assert.Equal(query, Assert.Single(_scene.Platform.To(OpenPlatform.Messages)).Url.Query);
    }

    [Fact]
    public async Task Somebody_who_left_the_company_need_not_be_told_of_a_revocation()
    {
        _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230029,"msg":"resigned"}""");
        await TellRevokedAsync(null);

        _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230020,"msg":"too frequent"}""");
        await Assert.ThrowsAsync<PlatformException>(() => TellRevokedAsync(null));
    }

    public void Dispose() => _scene.Dispose();

    private Task FollowAsync(AuthorizationSession session) => _scene.Cards.HandleAsync(Payload(new SessionChanged(session.SessionId)), default);

    private Task TellRevokedAsync(string? chat) =>
        new TellRevoked(_scene.Messages, _scene.Grants).HandleAsync(Payload(new GrantRevoked(Some.AppId, Some.User.OpenId, "api", chat)), default);

    private static JsonElement Payload<T>(T payload) => JsonSerializer.SerializeToElement(payload, JsonSerializerOptions.Web);
}
