using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Chat;
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
