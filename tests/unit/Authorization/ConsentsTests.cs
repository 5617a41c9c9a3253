using LarkService.Authorization;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class ConsentsTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task A_first_wish_makes_a_session_and_sends_its_card_to_the_user()
    {
        var asked = Assert.IsType<AskOutcome.Asked>(await AskAsync("task:task:read"));

        Assert.True(asked.CardSent);
        Assert.Equal((SessionState.Pending, "om_1", "oc_1"), (asked.Session.State, asked.Session.MessageId, asked.Session.ChatId));
        Assert.Equal(ScopeSet.Parse("auth:user.id:read offline_access task:task:read"), asked.Session.Scopes);
        var sent = Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
        Assert.Equal(("?receive_id_type=open_id", Some.User.OpenId), (sent.Url.Query, (string?)sent.Json["receive_id"]));
        Assert.Equal(asked.Session.CreatedAt.AddMinutes(10), asked.Session.ExpiresAt);
    }

    [Fact]
    public async Task A_card_that_never_went_out_goes_out_with_the_next_wish()
    {
        // Given a session whose process died before it knew of its card
        var first = Assert.IsType<AskOutcome.Asked>(await AskAsync(""));
        await _scene.Sessions.LetGoOfCardAsync(first.Session.SessionId, default);

        var again = Assert.IsType<AskOutcome.Asked>(await AskAsync(""));

        // Then the same session has its card, and the platform can tell that it is the same message
        Assert.Equal((first.Session.SessionId, true, "om_1"), (again.Session.SessionId, again.CardSent, again.Session.MessageId));
        var sent = _scene.Platform.To(OpenPlatform.Messages);
        Assert.Equal(2, sent.Count);
        Assert.Equal((string?)sent[0].Json["uuid"], (string?)sent[1].Json["uuid"]);
    }

    [Fact]
    public async Task A_session_whose_time_is_over_does_not_hold_up_the_next_wish()
    {
        var first = Assert.IsType<AskOutcome.Asked>(await AskAsync(""));
        _scene.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.True(Assert.IsType<AskOutcome.Asked>(await AskAsync("")).CardSent);
        Assert.Equal(SessionState.Expired, (await _scene.SessionAsync(first.Session.SessionId)).State);
    }

    [Fact]
    public async Task Wishes_that_come_at_once_are_counted_like_those_that_come_one_by_one()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => AskAsync("scope" + i))));

        Assert.Equal((5, 3), (outcomes.OfType<AskOutcome.Asked>().Count(), outcomes.OfType<AskOutcome.TooOften>().Count()));
    }

    [Fact]
    public async Task Nobody_is_asked_for_what_they_have_granted()
    {
        await _scene.GrantAsync(scopes: "auth:user.id:read offline_access task:task:read more");

        Assert.IsType<AskOutcome.AlreadyGranted>(await AskAsync("task:task:read"));
        Assert.Empty(await _scene.SessionsAsync());
    }

    [Fact]
    public async Task A_user_who_wants_to_is_asked_even_for_what_they_have_granted()
    {
        await _scene.GrantAsync();

        Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(Ask("") with { EvenIfGranted = true }, default));
    }

    [Fact]
    public async Task A_grant_that_has_run_out_counts_for_nothing()
    {
        await _scene.GrantAsync(scopes: "auth:user.id:read offline_access more");
        await _scene.Revocations.RevokeAsync(Some.User, "api", null, default);

        var asked = Assert.IsType<AskOutcome.Asked>(await AskAsync(""));
        Assert.False(asked.Session.Scopes.Contains("more"));
    }

    [Fact]
    public async Task What_was_granted_before_is_asked_for_along_with_what_is_new()
    {
        await _scene.GrantAsync(scopes: "auth:user.id:read offline_access old");

        Assert.Equal(ScopeSet.Parse("auth:user.id:read new offline_access old"), Assert.IsType<AskOutcome.Asked>(await AskAsync("new")).Session.Scopes);
    }

    [Fact]
    public async Task The_same_wish_again_finds_the_session_that_is_pending_and_sends_no_second_card()
    {
        var first = Assert.IsType<AskOutcome.Asked>(await AskAsync("a b"));
        var narrower = Assert.IsType<AskOutcome.Asked>(await AskAsync("a"));

        Assert.Equal((first.Session.SessionId, false), (narrower.Session.SessionId, narrower.CardSent));
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task The_same_wish_from_many_at_once_makes_one_pending_session_and_one_card()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => AskAsync("a")))).Soon();

        Assert.Single(outcomes, o => o is AskOutcome.Asked { CardSent: true });
        Assert.Single(outcomes.OfType<AskOutcome.Asked>().Select(a => a.Session.SessionId).Distinct());
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task A_wider_wish_takes_the_place_of_the_narrower_ones_and_the_newest_of_their_cards()
    {
        Number();
        var older = Assert.IsType<AskOutcome.Asked>(await AskAsync("a")).Session;
        _scene.Clock.AdvanceSeconds(1);
        var narrow = Assert.IsType<AskOutcome.Asked>(await AskAsync("b")).Session;
        var aside = Assert.IsType<AskOutcome.Asked>(await AskAsync("z")).Session;
        var wide = Assert.IsType<AskOutcome.Asked>(await AskAsync("a b c"));

        Assert.Equal((true, true, narrow.MessageId), (wide.CardSent, wide.InPlace, wide.Session.MessageId));
        Assert.Equal((SessionState.Superseded, null), ((await _scene.SessionAsync(narrow.SessionId)).State, (await _scene.SessionAsync(narrow.SessionId)).MessageId));
        Assert.Equal((SessionState.Superseded, older.MessageId), ((await _scene.SessionAsync(older.SessionId)).State, (await _scene.SessionAsync(older.SessionId)).MessageId));
        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(aside.SessionId)).State);

        // The card is changed by follow-ups of the same transaction, so none is left behind dead
        await _scene.ShowAsync();
        var changes = _scene.Platform.To(OpenPlatform.Messages).Where(c => c.Method == HttpMethod.Patch).ToList();
        Assert.Equal(2, changes.Count);
        Assert.Contains(wide.Session.SessionId, changes.Single(c => c.Url.AbsolutePath.EndsWith("/" + narrow.MessageId, StringComparison.Ordinal)).Body, StringComparison.Ordinal);
        Assert.Equal("grey", (string?)changes.Single(c => c.Url.AbsolutePath.EndsWith("/" + older.MessageId, StringComparison.Ordinal)).Card["header"]!["template"]);
        Assert.Equal(2, _scene.Meters.Sum("lark_service.auth.session", ("outcome", "superseded")));
    }

    [Fact]
    public async Task A_card_in_a_group_that_one_person_sees_is_replaced_by_deleting_and_sending()
    {
        var inGroup = Ask("a") with { ChatId = "oc_group", IsGroup = true };
        var narrow = Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(inGroup, default)).Session;
        _scene.Platform.Answer(OpenPlatform.OnlyVisible, 200, """{"code":0,"data":{"message_id":"om_next"}}""");

        var wide = Assert.IsType<AskOutcome.Asked>(await AskAsync("a b"));
        await _scene.ShowAsync();

        Assert.Equal((true, "oc_group", narrow.MessageId), (wide.Session.OnlyVisible, wide.Session.ChatId, wide.Session.MessageId));
        Assert.Equal(narrow.MessageId, (string?)Assert.Single(_scene.Platform.To("/open-apis/ephemeral/v1/delete")).Json["message_id"]);
        Assert.Contains(wide.Session.SessionId, _scene.Platform.To(OpenPlatform.OnlyVisible)[^1].Body, StringComparison.Ordinal);
        Assert.Equal("om_next", (await _scene.SessionAsync(wide.Session.SessionId)).MessageId);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task Somebody_who_asks_in_a_chat_gets_the_card_there_and_not_on_one_elsewhere()
    {
        Number();
        var elsewhere = Assert.IsType<AskOutcome.Asked>(await AskAsync("a")).Session;
        var here = Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(Ask("a b") with { ChatId = "oc_here", IsGroup = true, Origin = SessionOrigin.Chat }, default));

        Assert.Equal((true, false, "oc_here"), (here.CardSent, here.InPlace, here.Session.ChatId));
        Assert.Equal((SessionState.Superseded, elsewhere.MessageId), ((await _scene.SessionAsync(elsewhere.SessionId)).State, (await _scene.SessionAsync(elsewhere.SessionId)).MessageId));
    }

    [Fact]
    public async Task A_card_that_never_went_out_in_a_group_is_never_sent_where_others_read_it()
    {
        var ask = Ask("a") with { ChatId = "oc_group", IsGroup = true };
        var first = Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(ask, default));
        await _scene.Sessions.LetGoOfCardAsync(first.Session.SessionId, default);

        Assert.True(Assert.IsType<AskOutcome.Asked>(await AskAsync("a")).CardSent);
        Assert.Equal(Some.User.OpenId, (string?)Assert.Single(_scene.Platform.To(OpenPlatform.Messages)).Json["receive_id"]);
    }

    [Fact]
    public async Task More_scopes_than_the_platform_takes_are_said_and_what_is_granted_is_left_out_first()
    {
        Assert.Equal(61, Assert.IsType<AskOutcome.TooManyScopes>(await AskAsync(Many(59))).Count);
        Assert.Empty(await _scene.SessionsAsync());

        await _scene.GrantAsync(scopes: "auth:user.id:read offline_access " + Many(40));
        var asked = Assert.IsType<AskOutcome.Asked>(await AskAsync("x y z " + string.Join(' ', Enumerable.Range(0, 10).Select(i => $"new{i}"))));
        Assert.Equal(15, asked.Session.Scopes.Count); // the platform adds them to the forty

        static string Many(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => $"scope{i}"));
    }

    [Fact]
    public async Task More_than_five_sessions_a_minute_are_held_back_until_the_oldest_is_a_minute_old()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<AskOutcome.Asked>(await AskAsync($"scope{i}"));
            _scene.Clock.AdvanceSeconds(2);
        }

        Assert.Equal(TimeSpan.FromSeconds(50), Assert.IsType<AskOutcome.TooOften>(await AskAsync("one-more")).RetryAfter);
        Assert.Equal(1, _scene.Meters.Sum("lark_service.auth.rate_limit_triggered"));
        _scene.Clock.AdvanceSeconds(49.9);
        Assert.IsType<AskOutcome.TooOften>(await AskAsync("one-more"));
        _scene.Clock.AdvanceSeconds(0.1);
        Assert.IsType<AskOutcome.Asked>(await AskAsync("one-more"));
    }

    [Fact]
    public async Task The_users_own_wishes_have_a_window_of_their_own_and_other_people_have_theirs()
    {
        for (var i = 0; i < 5; i++)
        {
            await _scene.Consents.AskAsync(Ask($"scope{i}") with { Origin = i % 2 == 0 ? SessionOrigin.Rest : SessionOrigin.Call }, default);
        }

        Assert.IsType<AskOutcome.TooOften>(await _scene.Consents.AskAsync(Ask("x") with { Origin = SessionOrigin.Call }, default));
        Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(Ask("x") with { Origin = SessionOrigin.Chat }, default));
        Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(Ask("y") with { User = Some.OtherUser }, default));
    }

    [Fact]
    public async Task Finding_the_pending_session_again_counts_for_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<AskOutcome.Asked>(await AskAsync("a"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_card_cannot_be_sent_nothing_stays_pending(bool broken)
    {
        if (broken)
        {
            _scene.Platform.Breaks(OpenPlatform.Messages);
        }
        else
        {
            _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230013,"msg":"Bot has NO availability to this user."}""");
        }

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => AskAsync("a"));
        Assert.True(broken ? fault is HttpRequestException : fault is PlatformException);
        var session = Assert.Single(await _scene.SessionsAsync());
        Assert.Equal((SessionState.Failed, SessionErrors.CardNotSent, null), (session.State, session.ErrorCode, session.PendingKey));

        _scene.Platform.Answer(OpenPlatform.Messages, 200, """{"code":0,"data":{"message_id":"om_2","chat_id":"oc_1"}}""");
        Assert.IsType<AskOutcome.Asked>(await AskAsync("a"));
    }

    [Fact]
    public async Task A_narrower_session_stays_when_the_card_of_the_wider_one_cannot_be_sent()
    {
        var narrow = Assert.IsType<AskOutcome.Asked>(await AskAsync("a")).Session;
        _scene.Platform.Breaks(OpenPlatform.Messages);
        await Assert.ThrowsAsync<HttpRequestException>(() => _scene.Consents.AskAsync(Ask("a b") with { ChatId = "oc_other" }, default));

        Assert.Equal(SessionState.Pending, (await _scene.SessionAsync(narrow.SessionId)).State);
    }

    [Fact]
    public async Task What_the_app_itself_lacks_is_told_to_the_operators_and_no_card_goes_to_the_user()
    {
        using var scene = new Scene(new AuthorizationOptions { Flow = FlowChoice.Device });
        scene.Platform.Answer(OpenPlatform.Device, 400, """{"code":20027,"error":"invalid_scope"}""");

        Assert.Equal(["a"], (await Assert.ThrowsAsync<PlatformException>(() => scene.Consents.AskAsync(Ask("a"), default))).Error.Scopes);
        Assert.Contains("/auth?q=a", Assert.Single(scene.Alerts.Told).Words.En, StringComparison.Ordinal);
        Assert.Empty(await scene.SessionsAsync());
        Assert.Empty(scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task When_the_platform_makes_no_device_code_there_is_no_session()
    {
        using var scene = new Scene(new AuthorizationOptions { Flow = FlowChoice.Device });
        scene.Platform.Answer(OpenPlatform.Device, 400, """{"error":"invalid_client"}""");

        await Assert.ThrowsAsync<PlatformException>(() => scene.Consents.AskAsync(Ask("a"), default));
        Assert.Empty(await scene.SessionsAsync());
    }

    [Fact]
    public async Task In_a_group_the_card_is_shown_to_the_user_alone_and_directly_when_that_is_refused()
    {
        var ask = Ask("a") with { ChatId = "oc_group", IsGroup = true };
        Assert.True(Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(ask, default)).Session.OnlyVisible);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Messages));

        _scene.Platform.Answer(OpenPlatform.OnlyVisible, 400, """{"code":18053,"msg":"user not online"}""");
        Assert.False(Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(ask with { Scopes = ScopeSet.Of("b") }, default)).Session.OnlyVisible);
        Assert.Equal(Some.User.OpenId, (string?)Assert.Single(_scene.Platform.To(OpenPlatform.Messages)).Json["receive_id"]);
    }

    [Fact]
    public async Task A_card_of_an_earlier_session_is_taken_over_in_place()
    {
        var earlier = Assert.IsType<AskOutcome.Asked>(await AskAsync("a")).Session;
        await _scene.Completion.EndAsync(earlier, SessionState.Expired, null, default);

        var next = Assert.IsType<AskOutcome.Asked>(await _scene.Consents.AskAsync(Ask("a") with { CardOf = earlier }, default)).Session;
        Assert.Equal("om_1", next.MessageId);
        Assert.Null((await _scene.SessionAsync(earlier.SessionId)).MessageId);
        await _scene.ShowAsync();
        Assert.Equal(HttpMethod.Patch, Assert.Single(_scene.Platform.To(OpenPlatform.Messages).Skip(1)).Method);
    }

    public void Dispose() => _scene.Dispose();

    private static ConsentAsk Ask(string scopes) => new(Some.User, ScopeSet.Parse(scopes), SessionOrigin.Rest);

    /// <summary>Every message has an id of its own.</summary>
    private void Number()
    {
        var sent = 0;
        _scene.Platform.When(OpenPlatform.Messages, (call, _) => Task.FromResult(OpenPlatform.Response(
            200, call.Method == HttpMethod.Post ? $$"""{"code":0,"data":{"message_id":"om_{{++sent}}","chat_id":"oc_1"} }""" : """{"code":0,"data":{}}""")));
    }

    private Task<AskOutcome> AskAsync(string scopes) => _scene.Consents.AskAsync(Ask(scopes), default);
}
