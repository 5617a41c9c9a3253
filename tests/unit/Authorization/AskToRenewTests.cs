using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Chat;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class AskToRenewTests : IDisposable
{
    private readonly Scene _scene = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_grant_that_cannot_be_renewed_is_asked_for_again_with_all_that_it_held(bool accessTokenIsGood)
    {
        await WrittenOffAsync(accessTokenIsGood);
        await HandleAsync();

        var session = Assert.Single(await _scene.SessionsAsync());
        Assert.Equal((SessionOrigin.Renewal, SessionState.Pending), (session.Origin, session.State));
        Assert.Equal(ScopeSet.Parse("auth:user.id:read offline_access task:task:read"), session.Scopes);
        var sent = Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
        Assert.Equal(Some.User.OpenId, (string?)sent.Json["receive_id"]);
        Assert.Contains("Your authorization has run out", sent.Card.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("Nothing is lost", sent.Card.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_twice_the_user_is_asked_once()
    {
        await WrittenOffAsync();
        await HandleAsync();
        await HandleAsync();

        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task A_call_that_needs_the_user_at_the_same_time_shares_the_card()
    {
        await WrittenOffAsync();
        await _scene.Consents.AskAsync(new ConsentAsk(Some.User, ScopeSet.Of("auth:user.id:read"), SessionOrigin.Call), default);
        await HandleAsync();

        Assert.Single(await _scene.SessionsAsync());
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task Whoever_agreed_anew_meanwhile_is_not_asked()
    {
        await WrittenOffAsync();
        await _scene.GrantAsync("access-2", "refresh-2");
        await HandleAsync();

        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task Whoever_took_the_grant_back_meanwhile_is_not_asked()
    {
        await WrittenOffAsync();
        await _scene.Revocations.RevokeAsync(Some.User, RevokedBy.Platform, null, default);
        await HandleAsync();

        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task Whoever_cannot_be_reached_is_left_alone_and_passing_trouble_is_tried_again()
    {
        await WrittenOffAsync();
        _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230029,"msg":"resigned"}""");
        await HandleAsync();

        _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230020,"msg":"too frequent"}""");
        await Assert.ThrowsAsync<PlatformException>(HandleAsync);
        _scene.Platform.Answer(OpenPlatform.Messages, 200, """{"code":0,"data":{"message_id":"om_9","chat_id":"oc_1"}}""");
        await HandleAsync();
        Assert.Single(await _scene.SessionsAsync(), s => s.State == SessionState.Pending);
    }

    [Fact]
    public async Task A_user_who_was_asked_too_often_is_asked_later()
    {
        await WrittenOffAsync();
        for (var wish = 0; wish < 5; wish++)
        {
            await _scene.SessionAsync(scopes: $"auth:user.id:read wish{wish}");
        }

        Assert.Equal(TimeSpan.FromSeconds(60), (await Assert.ThrowsAsync<NotYetException>(HandleAsync)).After);
        _scene.Clock.AdvanceSeconds(61);
        await HandleAsync();
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task A_user_who_has_just_declined_is_asked_when_the_cooldown_is_over_and_the_wish_is_not_lost_meanwhile()
    {
        await WrittenOffAsync();
        await HandleAsync();
        await _scene.Completion.EndAsync((await _scene.SessionsAsync())[0], SessionState.Declined, null, default);

        for (var minutes = 0; minutes < 60; minutes += 5)
        {
            Assert.Equal(TimeSpan.FromMinutes(5), (await Assert.ThrowsAsync<NotYetException>(HandleAsync)).After);
            _scene.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        await HandleAsync();
        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Messages).Count(c => c.Method == HttpMethod.Post));
    }

    [Theory]
    [InlineData(SessionState.Authorized)]
    [InlineData(SessionState.Expired)]
    internal async Task Within_the_cooldown_the_card_that_is_there_asks_again_at_once(SessionState earlier)
    {
        await WrittenOffAsync();
        await _scene.Consents.AskAsync(new ConsentAsk(Some.User, ScopeSet.Of("auth:user.id:read"), SessionOrigin.Call), default);
        var first = Assert.Single(await _scene.SessionsAsync());
        await _scene.Completion.EndAsync(first, earlier, null, default);
        _scene.Clock.AdvanceSeconds(60);

        await HandleAsync();
        await _scene.ShowAsync();

        var renewal = (await _scene.SessionsAsync())[^1];
        Assert.Equal((SessionOrigin.Renewal, first.MessageId), (renewal.Origin, renewal.MessageId));
        Assert.Single(_scene.Platform.To(OpenPlatform.Messages), c => c.Method == HttpMethod.Post);
        Assert.Contains("Nothing is lost", _scene.Platform.To(OpenPlatform.Messages)[^1].Card.ToJsonString(), StringComparison.Ordinal);
    }

    public void Dispose() => _scene.Dispose();

    private async Task WrittenOffAsync(bool accessTokenIsGood = false)
    {
        var grant = await _scene.GrantAsync(scopes: "auth:user.id:read offline_access task:task:read");
        await _scene.Database.RunAsync(db => UserGrants.UseUpAsync(db, grant, accessTokenIsGood, default));
    }

    private Task HandleAsync() => new AskToRenew(_scene.Consents, _scene.Grants).HandleAsync(
        JsonSerializer.SerializeToElement(new GrantNeedsConsent(Some.AppId, Some.User.OpenId, "code 20064"), JsonSerializerOptions.Web), default);
}
