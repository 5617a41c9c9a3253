using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Chat;
using LarkService.Events;
using LarkService.Grants;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>What the platform says about tokens it took back, and about people who left.</summary>
public sealed class RevokedOnPlatformTests : IDisposable
{
    private const string Dead = """{"code":20005,"msg":"The user access token passed is invalid."}""";
    private readonly Scene _scene = new();

    private RevokedOnPlatform Handler => new(_scene.Grants, _scene.Tokens, _scene.OAuth, _scene.Apps, _scene.Revocations, _scene.Clock);

    [Fact]
    public async Task Tokens_the_platform_does_not_know_any_more_are_given_up()
    {
        await GrantedAsync();
        _scene.Platform.Answer(OpenPlatform.UserInfo, 200, Dead);

        await HandleAsync("user_access_token refresh_token");

        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Revoke));
    }

    [Fact]
    public async Task A_token_that_still_works_was_not_what_the_event_is_about()
    {
        await GrantedAsync();

        await HandleAsync("user_access_token refresh_token");

        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);
        Assert.Single(_scene.Platform.To(OpenPlatform.UserInfo));
    }

    [Theory]
    [InlineData("user_access_token")]
    [InlineData(" user_access_token  ")]
    public async Task When_only_the_access_token_was_taken_back_the_refresh_token_brings_another(string types)
    {
        await GrantedAsync();
        _scene.Platform.Answer(OpenPlatform.UserInfo, 200, Dead);
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));

        await HandleAsync(types);

        var grant = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.Active, "access-2"), (grant.Status, _scene.Grants.AccessToken(grant)!.Reveal()));
        Assert.Empty(await _scene.FollowUpsAsync());
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("user_access_token refresh_token ")]
    [InlineData("refresh_token\tuser_access_token")]
    [InlineData("")]
    public async Task Whatever_else_was_taken_back_ends_the_grant(string types)
    {
        await GrantedAsync();
        _scene.Platform.Answer(OpenPlatform.UserInfo, 200, Dead);

        await HandleAsync(types);

        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
    }

    [Fact]
    public async Task A_platform_in_trouble_is_asked_again_with_the_events_next_try()
    {
        await GrantedAsync();
        _scene.Platform.Answer(OpenPlatform.UserInfo, 503, """{"code":20072}""");

        await Assert.ThrowsAsync<PlatformException>(() => HandleAsync("refresh_token"));
        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);
    }

    [Theory]
    [InlineData("Revoked by user action.", "user_action")]
    [InlineData("Revoked by administrator action.", "administrator_action")]
    [InlineData("Revoked by security and risk control action.", "security")]
    [InlineData("Revoked by restriction action.", "restriction")]
    [InlineData("Revoked by unknown action.", null)]
    [InlineData(null, null)]
    public async Task The_reason_goes_along(string? reason, string? word)
    {
        await GrantedAsync();
        _scene.Platform.Answer(OpenPlatform.UserInfo, 200, Dead);

        await HandleAsync("refresh_token", reason);

        var told = JsonSerializer.Deserialize<GrantRevoked>((await _scene.FollowUpPayloadsAsync())[^1], JsonSerializerOptions.Web)!;
        Assert.Equal((RevokedBy.Platform, word, _scene.Clock.GetUtcNow()), (told.By, told.Reason, told.At));
    }

    [Fact]
    public async Task Whoever_left_loses_the_grant_and_is_asked_nothing_any_more()
    {
        await _scene.GrantAsync();
        var session = await _scene.SessionAsync();
        _scene.Clock.AdvanceSeconds(1);

        await LeftAsync(_scene.Clock.GetUtcNow());

        Assert.Equal(GrantStatus.Revoked, (await _scene.StoredAsync())!.Status);
        var ended = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((SessionState.Failed, SessionErrors.UserGone, null), (ended.State, ended.ErrorCode, ended.MessageId));
        await _scene.Upstream.DisposeAsync();
        Assert.Empty(_scene.Platform.To(OpenPlatform.Revoke));

        var told = JsonSerializer.SerializeToElement(new GrantRevoked(Some.AppId, Some.User.OpenId, RevokedBy.Leaver, null), JsonSerializerOptions.Web);
        await new TellRevoked(_scene.Messages, _scene.Grants).HandleAsync(told, default);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task Whoever_came_back_and_agreed_keeps_the_grant_when_old_news_of_their_leaving_arrives()
    {
        var left = _scene.Clock.GetUtcNow();
        _scene.Clock.AdvanceSeconds(1);
        await _scene.GrantAsync();

        await LeftAsync(left);
        await LeftAsync(left, "{}");
        await LeftAsync(left, """{"object":{"open_id":7}}""");

        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);
    }

    public void Dispose() => _scene.Dispose();

    private async Task GrantedAsync()
    {
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(60);
    }

    private Task HandleAsync(string types, string? reason = "Revoked by user action.") => Handler.HandleAsync(
        new LarkEvent(Some.AppId, "evt", RevokedOnPlatform.EventType, _scene.Clock.GetUtcNow(), "tenant", JsonSerializer.SerializeToElement(
            new { revoke_token_type = types, revoke_reason = reason, open_id = Some.User.OpenId })),
        default);

    private Task LeftAsync(DateTimeOffset at, string? body = null) => new UserLeft(_scene.Grants, _scene.Revocations, _scene.Sessions, _scene.Completion).HandleAsync(
        new LarkEvent(Some.AppId, "evt", UserLeft.EventType, at, "tenant", body is null
            ? JsonSerializer.SerializeToElement(new { @object = new { open_id = Some.User.OpenId, name = "x" }, old_object = new { open_id = Some.User.OpenId } })
            : JsonSerializer.Deserialize<JsonElement>(body)),
        default);
}
