using System.Text.Json;
using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Events;
using LarkService.Events.Chat;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>Clicks on the card of a grant, and what else ends one: the platform's word, the commands.</summary>
public sealed class GrantClickTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task Only_the_person_a_grants_card_was_made_for_can_revoke_or_ask_again()
    {
        await _scene.GrantAsync();
        foreach (var handler in new ICardActionHandler[] { new RevokeClick(_scene.Grants, _scene.Revocations, _scene.Clock), new AskAgainClick(_scene.AskInChat) })
        {
            var answer = await handler.HandleAsync(OnGrant(by: Some.OtherUser.OpenId), default);
            Assert.Contains("somebody else", ToastOf(answer), StringComparison.Ordinal);
            Assert.Equal((true, null), (answer.IsRefused, answer.Afterwards));
        }

        await (await new RevokeClick(_scene.Grants, _scene.Revocations, _scene.Clock).HandleAsync(OnGrant(), default)).Afterwards!(default);
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        await (await new AskAgainClick(_scene.AskInChat).HandleAsync(OnGrant(), default)).Afterwards!(default);
        Assert.Single(await _scene.Sessions.PendingOfAsync(Some.User, default));
    }

    [Fact]
    public async Task A_revocation_that_succeeds_late_or_twice_spares_what_the_user_agreed_to_since()
    {
        await _scene.GrantAsync();
        var click = await new RevokeClick(_scene.Grants, _scene.Revocations, _scene.Clock).HandleAsync(OnGrant(), default);
        await click.Afterwards!(default);
        await click.Afterwards!(default);
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        Assert.Single(await _scene.FollowUpsAsync(), GrantTopics.Revoked); // the user is told once

        _scene.Clock.AdvanceSeconds(1);
        await _scene.GrantAsync("access-2", "refresh-2");
        await click.Afterwards!(default);
        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);
    }

    [Fact]
    public async Task A_revocation_reported_by_the_platform_counts_when_it_is_younger_than_the_tokens()
    {
        var handler = new RevokedOnPlatform(_scene.Grants, _scene.Tokens, _scene.OAuth, _scene.Apps, _scene.Revocations, _scene.Clock);
        await _scene.GrantAsync();
        var granted = _scene.Clock.GetUtcNow();
        _scene.Clock.AdvanceSeconds(7200);
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        await _scene.Tokens.GetAsync(Some.User, ScopeSet.Empty, default);

        // Older than the grant, or than tokens the platform has issued since: it is about what is gone already
        await handler.HandleAsync(Revoked(granted.AddSeconds(-1)), default);
        await handler.HandleAsync(Revoked(granted.AddSeconds(7199)), default);
        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);

        _scene.Platform.Answer(OpenPlatform.UserInfo, OpenPlatform.Recorded("oauth-user-info-invalid-token"));
        await handler.HandleAsync(Revoked(granted.AddSeconds(7201)), default);
        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Revoke));
    }

    [Fact]
    public async Task What_a_person_has_granted_is_never_told_where_others_read_it()
    {
        await _scene.GrantAsync();
        var message = new IncomingMessage(Some.AppId, "om_q", "oc_group", true, Some.User.OpenId, "text", "/auth", _scene.Clock.GetUtcNow());
        await new ShowAuthorization(_scene.Grants, _scene.Messages).HandleAsync(message, default);
        await new RevokeAuthorization(_scene.Grants, _scene.Revocations, _scene.Messages).HandleAsync(message with { MessageId = "om_r" }, default);
        await new RevokeAuthorization(_scene.Grants, _scene.Revocations, _scene.Messages).HandleAsync(message with { MessageId = "om_s" }, default);

        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        Assert.All(_scene.Platform.To(OpenPlatform.Messages), c => Assert.Equal(Some.User.OpenId, (string?)c.Json["receive_id"]));
        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Messages).Count);
    }

    public void Dispose() => _scene.Dispose();

    private static string ToastOf(CallbackAnswer answer) => (string)answer.Toast!["content"]!;

    private static CardAction OnGrant(string? by = null) => new(
        Some.AppId, by ?? Some.User.OpenId, CardActions.Revoke, JsonSerializer.SerializeToElement(new { open_id = Some.User.OpenId }), "om_1", "oc_1", new Secret("c-1"));

    private static LarkEvent Revoked(DateTimeOffset at) => new(
        Some.AppId, "evt", RevokedOnPlatform.EventType, at, "tenant", Fixture.Json("event-user-token-revoked").GetProperty("event"));
}
