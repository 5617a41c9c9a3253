using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Events;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class ClickTests : IDisposable
{
    private readonly Scene _scene = new();

    public static TheoryData<string> Actions => [CardActions.Open, CardActions.Decline, CardActions.Renew];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Somebody_elses_click_changes_nothing_and_shows_nothing(string action)
    {
        var session = await _scene.SessionAsync();
        var answer = await ClickAsync(Scene.Click(session, action, by: Some.OtherUser.OpenId));

        Assert.Contains("somebody else", ToastOf(answer), StringComparison.Ordinal);
        Assert.Equal((null, null), (answer.Card, answer.Afterwards));
        Assert.Equal((SessionState.Pending, null), ((await _scene.SessionAsync(session.SessionId)).State, (await _scene.SessionAsync(session.SessionId)).OpenedAt));
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task A_click_on_a_session_that_is_not_known_or_of_another_app_changes_nothing(string action)
    {
        var session = await _scene.SessionAsync();
        var unknown = Scene.Click(session, action) with { Value = JsonSerializer.SerializeToElement(new { action, session = "gone" }) };
        var nameless = Scene.Click(session, action) with { Value = JsonSerializer.SerializeToElement(new { action }) };

        foreach (var click in new[] { unknown, nameless, Scene.Click(session, action, app: "cli_other") })
        {
            var answer = await ClickAsync(click);
            Assert.Contains("too old", ToastOf(answer), StringComparison.Ordinal);
            Assert.Equal((null, null), (answer.Card, answer.Afterwards));
        }
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{\"id\":\"x\"}")]
    [InlineData("[\"x\"]")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"' OR '1'='1\"")]
    public async Task A_session_that_cannot_be_one_is_not_looked_for_and_the_click_counts_as_refused(string session)
    {
        foreach (var action in (string[])[CardActions.Open, CardActions.Decline, CardActions.Renew])
        {
            var value = JsonElement.Parse($$"""{"action":"{{action}}","session":{{session}}}""");
            var answer = await ClickAsync(new(Some.AppId, Some.User.OpenId, action, value, "om_1", "oc_1", new Secret("c-1")));
            Assert.Contains("too old", ToastOf(answer), StringComparison.Ordinal);
            Assert.Equal((true, null, null), (answer.IsRefused, answer.Card, answer.Afterwards));
        }

        Assert.Empty(await _scene.SessionsAsync());
        Assert.Empty(await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task A_session_id_of_ten_thousand_characters_or_guessed_changes_nothing()
    {
        await _scene.SessionAsync();
        foreach (var id in new[] { new string('x', 10_000), RandomIds.Create(128) })
        {
            var click = new CardAction(Some.AppId, Some.User.OpenId, CardActions.Decline, JsonSerializer.SerializeToElement(new { session = id }), "om_1", "oc_1", new Secret("c-1"));
            Assert.True((await ClickAsync(click)).IsRefused);
        }

        Assert.Equal(SessionState.Pending, Assert.Single(await _scene.SessionsAsync()).State);
    }

    [Fact]
    public async Task A_click_that_draws_the_card_of_a_session_that_has_just_been_replaced_has_it_drawn_again()
    {
        // Given a click that was answered with the old session's card
        var session = await _scene.SessionAsync();
        var click = await ClickAsync(Scene.Click(session, CardActions.Open));
        var wider = Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(new ConsentAsk(Some.User, ScopeSet.Of("wider"), SessionOrigin.Rest), default));
        await _scene.ShowAsync();
        await click.Afterwards!(default);
        await _scene.ShowAsync();

        var patches = _scene.Platform.To(OpenPlatform.Messages);
        Assert.Equal(2, patches.Count);
        Assert.All(patches, p => Assert.Contains(wider.Session.SessionId, p.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_wants_a_new_link_where_another_card_waits_already_is_led_to_that_one()
    {
        var waiting = await _scene.SessionAsync(scopes: "auth:user.id:read offline_access more");
        var old = await _scene.SessionAsync();
        await _scene.Sessions.CardSentAsync(old.SessionId, "om_old", "oc_1", onlyVisible: false, default);
        await _scene.Sessions.FinishAsync(old, SessionState.Expired, null, null, null, default);
        _scene.Clock.AdvanceSeconds(60);

        await (await ClickAsync(Scene.Click(await _scene.SessionAsync(old.SessionId), CardActions.Renew) with { MessageId = "om_old" })).Afterwards!(default);

        Assert.Contains("please answer that card", Assert.Single(_scene.Platform.To(OpenPlatform.Messages)).Body, StringComparison.Ordinal);
        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(waiting.SessionId)).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_clicks_a_card_before_its_place_is_written_down_gets_the_new_link_there_and_is_sent_no_other(bool writtenMeanwhile)
    {
        // Given a card that was sent anew, and a click on it before its session knows of it
        var session = await _scene.SessionAsync();
        await _scene.Sessions.FinishAsync(session, SessionState.Expired, null, null, null, default);
        var answer = await ClickAsync(Scene.Click(session, CardActions.Renew) with { MessageId = "om_anew" });
        Task WriteAsync() => _scene.Sessions.CardMovedAsync(session.User, "om_1", new("om_anew", "oc_1"), default);
        await (writtenMeanwhile ? WriteAsync() : Task.CompletedTask);

        await answer.Afterwards!(default);
        await WriteAsync();

        var next = Assert.Single(await _scene.Sessions.PendingOfAsync(Some.User, default));
        Assert.Equal(("om_anew", null), (next.MessageId, (await _scene.SessionAsync(session.SessionId)).MessageId));
        Assert.Empty(_scene.Platform.To(OpenPlatform.Messages));
        await _scene.ShowAsync();
        Assert.All(_scene.Platform.To(OpenPlatform.Messages), call => Assert.Equal(OpenPlatform.Messages + "/om_anew", call.Url.AbsolutePath));
    }

    [Fact]
    public async Task Authorize_shows_the_opened_card_at_once_and_is_written_down_afterwards()
    {
        var session = await _scene.SessionAsync();
        var answer = await ClickAsync(Scene.Click(session, CardActions.Open));

        Assert.Contains("Finish in the page", answer.Card!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null((await _scene.SessionAsync(session.SessionId)).OpenedAt);
        await answer.Afterwards!(default);
        Assert.Equal(_scene.Clock.GetUtcNow(), (await _scene.SessionAsync(session.SessionId)).OpenedAt);
        Assert.Null((await _scene.SessionAsync(session.SessionId)).NextPollAt); // nothing to poll in the redirect flow
    }

    [Fact]
    public async Task Authorize_makes_the_device_code_be_polled_at_its_interval()
    {
        _scene.Platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        var session = await _scene.SessionAsync(SessionFlow.Device);
        await (await ClickAsync(Scene.Click(session, CardActions.Open))).Afterwards!(default);

        Assert.Equal(_scene.Clock.GetUtcNow().AddSeconds(5), (await _scene.SessionAsync(session.SessionId)).NextPollAt);
    }

    [Fact]
    public async Task Authorize_on_a_device_code_that_the_platform_has_forgotten_brings_a_fresh_one()
    {
        _scene.Platform.Answer(
            OpenPlatform.Device,
            (200, """{"device_code":"FIRST","verification_uri":"https://accounts.feishu.cn/1","expires_in":60,"interval":5}"""),
            (200, """{"device_code":"SECOND","verification_uri":"https://accounts.feishu.cn/2","expires_in":60,"interval":5}"""));
        var session = await _scene.SessionAsync(SessionFlow.Device);
        _scene.Clock.AdvanceSeconds(61);

        var answer = await ClickAsync(Scene.Click(session, CardActions.Open));
        Assert.Null(answer.Card);
        await answer.Afterwards!(default);
        await answer.Afterwards!(default); // once only, however often it is tried

        Assert.Equal("SECOND", _scene.Links.DeviceCode(await _scene.SessionAsync(session.SessionId)).Value.Reveal());
        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Device).Count);
    }

    [Fact]
    public async Task Authorize_while_the_code_is_being_exchanged_changes_nothing()
    {
        var session = await _scene.SessionAsync();
        var state = Links.Query(_scene.Links.Page(session))["state"];
        await _scene.Sessions.ConsumeStateAsync(state, (s, u) => u.SetProperty(x => x.SealedDeviceCode, _scene.Links.SealCode(s, new Secret("code"))), default);

        var answer = await ClickAsync(Scene.Click(session, CardActions.Open));

        Assert.Contains("being finished", ToastOf(answer), StringComparison.Ordinal);
        Assert.Equal((null, null), (answer.Card, answer.Afterwards));
    }

    [Fact]
    public async Task A_click_that_is_written_down_late_does_not_take_the_turn_from_whoever_exchanges_the_code()
    {
        var session = await _scene.SessionAsync();
        var late = await ClickAsync(Scene.Click(session, CardActions.Open));
        var turn = _scene.Clock.GetUtcNow().AddSeconds(50);
        await _scene.Sessions.ChangeAsync(session, u => u.SetProperty(s => s.SealedDeviceCode, "a code").SetProperty(s => s.NextPollAt, turn), showOnCard: false, default);

        await late.Afterwards!(default);

        Assert.Equal(turn, (await _scene.SessionAsync(session.SessionId)).NextPollAt);
    }

    [Fact]
    public async Task Authorize_on_a_card_whose_time_is_over_opens_nothing_and_brings_the_card_up_to_date()
    {
        var session = await _scene.SessionAsync();
        _scene.Clock.AdvanceSeconds(600);

        var answer = await ClickAsync(Scene.Click(session, CardActions.Open));
        Assert.Null(answer.Afterwards);
        Assert.Contains("Get a new link", answer.Card!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_shows_another_session_by_now_is_left_alone()
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.CardSentAsync(session.SessionId, "om_elsewhere", "oc_1", onlyVisible: false, default);
        await _scene.Sessions.FinishAsync(session, SessionState.Expired, null, null, null, default);

        Assert.Null((await ClickAsync(Scene.Click(session, CardActions.Open))).Card);
    }

    [Fact]
    public async Task Decline_ends_the_session()
    {
        var session = await _scene.SessionAsync();
        await (await ClickAsync(Scene.Click(session, CardActions.Decline))).Afterwards!(default);

        Assert.Equal(SessionState.Declined, (await _scene.SessionAsync(session.SessionId)).State);
    }

    [Theory]
    [InlineData(CardActions.Open)]
    [InlineData(CardActions.Decline)]
    public async Task A_second_click_is_answered_as_the_first_whatever_came_of_that_meanwhile(string action)
    {
        var session = await _scene.SessionAsync();
        var first = await ClickAsync(Scene.Click(session, action));
        await first.Afterwards!(default);
        var second = await ClickAsync(Scene.Click(session, action));
        Assert.Equal((ToastOf(first), first.Card?.ToJsonString()), (ToastOf(second), second.Card?.ToJsonString()));
    }

    [Theory]
    [InlineData(SessionState.Authorized)]
    [InlineData(SessionState.Declined)]
    [InlineData(SessionState.Expired)]
    [InlineData(SessionState.Failed)]
    [InlineData(SessionState.Superseded)]
    internal async Task A_session_that_is_over_can_be_neither_opened_nor_declined(SessionState state)
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.FinishAsync(session, state, null, null, null, default);

        Assert.Null((await ClickAsync(Scene.Click(session, CardActions.Open))).Afterwards);
        Assert.Null((await ClickAsync(Scene.Click(session, CardActions.Decline))).Afterwards);
        Assert.Equal(state, (await _scene.SessionAsync(session.SessionId)).State);
    }

    [Theory]
    [InlineData(SessionState.Pending, false)]
    [InlineData(SessionState.Authorized, false)]
    [InlineData(SessionState.Superseded, false)]
    [InlineData(SessionState.Declined, true)]
    [InlineData(SessionState.Expired, true)]
    [InlineData(SessionState.Failed, true)]
    internal async Task A_new_link_is_given_where_nothing_came_of_the_old_one(SessionState state, bool renewed)
    {
        var session = await _scene.SessionAsync();
        if (state != SessionState.Pending)
        {
            await _scene.Sessions.FinishAsync(session, state, null, null, null, default);
        }

        var answer = await ClickAsync(Scene.Click(session, CardActions.Renew));
        Assert.Equal(renewed, answer.Afterwards is not null);
        if (!renewed)
        {
            return;
        }

        await answer.Afterwards!(default);
        var next = Assert.Single(await _scene.Sessions.PendingOfAsync(Some.User, default));
        Assert.Equal((session.MessageId, session.Scopes, session.Reason), (next.MessageId, next.Scopes, next.Reason));
        await _scene.ShowAsync();
        Assert.Equal(HttpMethod.Patch, Assert.Single(_scene.Platform.To(OpenPlatform.Messages)).Method);
    }

    [Fact]
    public async Task A_new_link_that_cannot_be_made_is_told_in_chat()
    {
        using var scene = new Scene(new AuthorizationOptions { Flow = FlowChoice.Device });
        scene.Platform.Breaks(OpenPlatform.Device);
        await scene.AskInChat.AskAsync(new ConsentAsk(Some.User, ScopeSet.Empty, SessionOrigin.Chat) { ChatId = "oc_1" }, default);

        Assert.Contains("try again", Assert.Single(scene.Platform.To(OpenPlatform.Messages)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_used_link_is_renewed_once_however_often_it_is_tried()
    {
        var session = await _scene.SessionAsync();
        await _scene.Sessions.ChangeAsync(session, u => u.SetProperty(s => s.StateHash, (string?)null), showOnCard: false, default);
        var click = await ClickAsync(Scene.Click(session, CardActions.Open));
        await click.Afterwards!(default);
        var renewed = (await _scene.SessionAsync(session.SessionId)).StateHash;
        await click.Afterwards!(default);

        Assert.NotNull(renewed);
        Assert.Equal(renewed, (await _scene.SessionAsync(session.SessionId)).StateHash); // somebody may be on that page by now
    }

    [Theory]
    [InlineData(CardActions.Open)]
    [InlineData(CardActions.Decline)]
    [InlineData(CardActions.Renew)]
    public async Task What_follows_a_click_may_be_tried_twice(string action)
    {
        var session = await _scene.SessionAsync();
        if (action == CardActions.Renew)
        {
            await _scene.Sessions.FinishAsync(session, SessionState.Declined, null, null, null, default);
        }

        var click = await ClickAsync(Scene.Click(session, action));
        await click.Afterwards!(default);
        var (sessions, followUps, calls) = (await StatesAsync(), await _scene.FollowUpsAsync(), _scene.Platform.To(OpenPlatform.Messages).Count);
        await click.Afterwards!(default);
        Assert.Equal(sessions, await StatesAsync());
        Assert.Equal(calls, _scene.Platform.To(OpenPlatform.Messages).Count);
        Assert.Equal(followUps, await _scene.FollowUpsAsync());

        async Task<List<(SessionState, DateTimeOffset?)>> StatesAsync() => [.. (await _scene.SessionsAsync()).Select(s => (s.State, s.OpenedAt))];
    }

    public void Dispose() => _scene.Dispose();

    private static string ToastOf(CallbackAnswer answer) => (string)answer.Toast!["content"]!;

    private Task<CallbackAnswer> ClickAsync(CardAction click)
    {
        SessionClick handler = click.Action switch
        {
            CardActions.Open => new AuthorizeClick(_scene.Sessions, _scene.Cards, _scene.Links, _scene.Completion, _scene.Clock),
            CardActions.Decline => new DeclineClick(_scene.Sessions, _scene.Completion),
            _ => new RenewClick(_scene.Sessions, _scene.AskInChat),
        };
        return handler.HandleAsync(click, default);
    }
}
