using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Authorization;
using LarkService.Data;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Hosting;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using LarkService.Webhooks;
using Microsoft.EntityFrameworkCore;
using Settings = LarkService.UnitTests.Platform.Settings;

namespace LarkService.UnitTests.Webhooks;

/// <summary>What becomes a notice, and what the notice says.</summary>
public sealed class WebhookNewsTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly WebhookSignal _signal = new();
    private readonly WebhookQueue _queue;

    public WebhookNewsTests() => _queue = new(
        new WebhookTargets(Settings.Of(("Webhooks__0__Url", WebhookScene.One), ("Webhooks__0__Secret", WebhookScene.Secret))), _scene.Database, new LeaseOwner(), _signal, _scene.Clock);

    [Theory]
    [InlineData(nameof(SessionState.Authorized), WebhookEvents.Authorized, null)]
    [InlineData(nameof(SessionState.Declined), WebhookEvents.Declined, null)]
    [InlineData(nameof(SessionState.Expired), WebhookEvents.Expired, null)]
    [InlineData(nameof(SessionState.Failed), WebhookEvents.Failed, "wrong_person")]
    [InlineData(nameof(SessionState.Superseded), null, null)]
    [InlineData(nameof(SessionState.Pending), null, null)]
    public async Task The_end_of_a_session_is_told_once_but_for_one_that_was_superseded(string state, string? type, string? error)
    {
        var session = await _scene.SessionAsync();
        _scene.Clock.AdvanceSeconds(30);
        if (Enum.Parse<SessionState>(state) is not SessionState.Pending and var end)
        {
            Assert.True(await _scene.Sessions.FinishAsync(session, end, error, null, null, default));
        }

        var news = new WebhookNews.SessionEnded(_scene.Sessions, _queue);
        await TellAsync(news, new SessionChanged(session.SessionId));
        await TellAsync(news, new SessionChanged(session.SessionId)); // after a crash

        var notices = await NoticesAsync();
        string[] expected = type is null ? [] : [type];
        Assert.Equal(expected, notices.Select(n => n["type"]!.ToString()));
        foreach (var notice in notices)
        {
            Assert.Equal((session.SessionId, session.OpenId), (notice["sessionId"]!.ToString(), notice["openId"]!.ToString()));
            Assert.Equal((state.ToLowerInvariant(), "redirect", error), (notice["data"]!["state"]!.ToString(), notice["data"]!["flow"]!.ToString(), notice["data"]!["errorCode"]?.ToString()));
            Assert.Equal(["auth:user.id:read", "offline_access"], notice["data"]!["scopes"]!.AsArray().Select(s => s!.ToString()));
            Assert.Equal(_scene.Clock.GetUtcNow(), DateTimeOffset.Parse(notice["createdAt"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task A_session_that_is_gone_is_not_told()
    {
        await TellAsync(new WebhookNews.SessionEnded(_scene.Sessions, _queue), new SessionChanged("gone"));

        Assert.Empty(await NoticesAsync());
    }

    [Theory]
    [InlineData(null, RefreshResult.Unavailable, WebhookEvents.RefreshFailed)]
    [InlineData(RefreshResult.Refreshed, RefreshResult.Configuration, WebhookEvents.RefreshFailed)]
    [InlineData(RefreshResult.Unavailable, RefreshResult.ReauthorizationRequired, WebhookEvents.RefreshFailed)]
    [InlineData(RefreshResult.Unavailable, RefreshResult.Refreshed, WebhookEvents.Recovered)]
    [InlineData(RefreshResult.Refreshed, RefreshResult.NotRenewable, WebhookEvents.Expiring)]
    public async Task A_refresh_that_ends_in_another_way_than_the_last_is_told(string? before, string after, string type)
    {
        var ends = _scene.Clock.GetUtcNow().AddHours(1);
        var changed = new GrantRefreshChanged(Some.AppId, Some.User.OpenId, before, after, _scene.Clock.GetUtcNow()) { Code = after == RefreshResult.Configuration ? 20074 : null, AccessEndsAt = ends };
        await TellAsync(new WebhookNews.RefreshChanged(_queue), changed);
        await TellAsync(new WebhookNews.RefreshChanged(_queue), changed);

        var notice = Assert.Single(await NoticesAsync());
        var data = notice["data"]!.AsObject();
        Assert.Equal((type, false), (notice["type"]!.ToString(), notice.ContainsKey("sessionId")));
        Assert.Equal(type == WebhookEvents.Recovered ? before : after, (data["after"] ?? data["reason"])!.ToString());
        Assert.Equal(ends, DateTimeOffset.Parse((data["accessTokenExpiresAt"] ?? data["endsAt"])!.ToString(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(after == RefreshResult.Configuration ? "20074" : null, data["code"]?.ToString());
    }

    [Fact]
    public async Task A_revocation_and_a_coming_end_are_told()
    {
        var now = _scene.Clock.GetUtcNow();
        await TellAsync(new WebhookNews.Revoked(_queue, _scene.Clock), new GrantRevoked(Some.AppId, Some.User.OpenId, RevokedBy.Platform, null) { At = now, Reason = "security" });
        await TellAsync(new WebhookNews.EndsSoon(_queue, _scene.Clock), new GrantEndsSoon(Some.AppId, Some.User.OpenId, now.AddDays(-358), now.AddDays(7)));

        var notices = await NoticesAsync();
        Assert.Equal([WebhookEvents.Revoked, WebhookEvents.Expiring], notices.Select(n => n["type"]!.ToString()));
        Assert.Equal("""{"by":"platform","reason":"security"}""", notices[0]["data"]!.ToJsonString());
        Assert.Equal("day_365", notices[1]["data"]!["reason"]!.ToString());
    }

    [Fact]
    public async Task The_end_of_a_call_that_waited_is_told_once_without_what_it_came_to()
    {
        var ended = new OperationCompleted("op_1", "key:1", Some.AppId, Some.User.OpenId, "succeeded", "session-1", _scene.Clock.GetUtcNow());
        await TellAsync(new WebhookNews.OperationEnded(_queue), ended);
        await TellAsync(new WebhookNews.OperationEnded(_queue), ended);

        var notice = Assert.Single(await NoticesAsync());
        Assert.Equal((WebhookEvents.OperationCompleted, "session-1"), (notice["type"]!.ToString(), notice["sessionId"]!.ToString()));
        Assert.Equal("""{"operationId":"op_1","state":"succeeded"}""", notice["data"]!.ToJsonString());
    }

    [Fact]
    public async Task The_outcome_of_a_refresh_its_line_in_the_audit_log_and_the_message_are_one_transaction()
    {
        using var signal = new OutboxSignal();
        var outbox = new OutboxPublisher([new(GrantTopics.RefreshChanged, "news", _ => throw new InvalidOperationException())], signal, _scene.Clock);
        var changes = new RefreshChanges(_scene.Audit, outbox, _scene.Clock);
        var grant = await _scene.GrantAsync();
        Task<bool> TellAsync(bool breaks) => _scene.Database.TransactAsync(async db =>
        {
            await changes.TellAsync(db, grant, RefreshResult.Configuration, grant.AccessExpiresAt, new PlatformError(20074, "no", "log-1", 400), "code 20074", default);
            return breaks ? throw new InvalidOperationException("It broke.") : true;
        }, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => TellAsync(breaks: true));
        Assert.Empty(await _scene.FollowUpsAsync());
        await TellAsync(breaks: false);

        var payload = JsonElement.Parse(Assert.Single(await _scene.FollowUpPayloadsAsync())).Deserialize<GrantRefreshChanged>(JsonSerializerOptions.Web)!;
        Assert.Equal((null, RefreshResult.Configuration, 20074, grant.AccessExpiresAt), (payload.From, payload.To, payload.Code, payload.AccessEndsAt));
    }

    public void Dispose()
    {
        _signal.Dispose();
        _scene.Dispose();
    }

    private static Task TellAsync<T>(IOutboxSubscriber news, T payload) => news.HandleAsync(JsonSerializer.SerializeToElement(payload, JsonSerializerOptions.Web), default);

    private async Task<List<JsonObject>> NoticesAsync() =>
        [.. (await _scene.Database.RunAsync(db => db.Set<WebhookDelivery>().OrderBy(d => d.Number).Select(d => d.Body).ToListAsync())).Select(b => JsonNode.Parse(b)!.AsObject())];
}
