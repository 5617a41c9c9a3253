using System.Text.Json;
using LarkService.Authorization.Chat;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants.Upkeep;

public sealed class EndAnnouncementsTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ListLogger<EndAnnouncements> _log = new();

    [Fact]
    public async Task Day_365_is_announced_seven_days_ahead_and_once()
    {
        var grant = await _scene.GrantAsync();
        _scene.Clock.Advance(TimeSpan.FromDays(358) - TimeSpan.FromMinutes(1));
        Assert.Equal(new Announced(0, 0), await RunAsync());

        _scene.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new Announced(1, 0), await RunAsync());
        Assert.Equal([GrantTopics.EndsSoon], await _scene.FollowUpsAsync());
        var told = (await _scene.StoredAsync())!;
        Assert.Equal(_scene.Clock.GetUtcNow(), told.EndAnnouncedAt!.Value, TimeSpan.FromSeconds(5));
        Assert.Equal(grant.Version, told.Version); // no token has changed

        _scene.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new Announced(0, 0), await RunAsync());
        Assert.Single(await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task A_new_consent_counts_anew()
    {
        await _scene.GrantAsync();
        _scene.Clock.Advance(TimeSpan.FromDays(360));
        await RunAsync();
        await _scene.GrantAsync();
        Assert.Equal(new Announced(0, 0), await RunAsync());

        _scene.Clock.Advance(TimeSpan.FromDays(360));
        Assert.Equal(new Announced(1, 0), await RunAsync());
    }

    [Fact]
    public async Task What_ends_with_its_access_token_or_has_ended_is_not_announced()
    {
        await _scene.GrantAsync(refresh: null);
        await _scene.GrantAsync(user: Some.OtherUser);
        await _scene.Revocations.RevokeAsync(Some.OtherUser, "api", null, default);
        _scene.Clock.Advance(TimeSpan.FromDays(360));

        Assert.Equal(new Announced(0, 0), await RunAsync());
    }

    [Fact]
    public async Task The_mark_and_the_message_stand_or_fall_together_and_one_failure_stops_nobody_else()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        _scene.Clock.Advance(TimeSpan.FromDays(360));
        await using (var db = _scene.Database.Open())
        {
            var full = $"CREATE TRIGGER no_message BEFORE INSERT ON outbox_messages WHEN NEW.key LIKE '%{Some.User.OpenId}' BEGIN SELECT RAISE(ABORT, 'full'); END";
            await db.Database.ExecuteSqlRawAsync(full);
        }

        Assert.Equal(new Announced(1, 1), await RunAsync());
        Assert.Null((await _scene.StoredAsync())!.EndAnnouncedAt);
        Assert.NotNull((await _scene.StoredAsync(Some.OtherUser))!.EndAnnouncedAt);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task The_card_names_the_day_and_offers_to_renew()
    {
        await _scene.GrantAsync();
        var announcement = await AnnouncementAsync();
        await TellAsync(announcement);

        var call = _scene.Platform.To(OpenPlatform.Messages).Single();
        var card = call.Card.ToJsonString();
        Assert.Contains("grant.ask", card, StringComparison.Ordinal);
        Assert.Contains($"{announcement.Deserialize<GrantEndsSoon>(JsonSerializerOptions.Web)!.EndsAt.ToUnixTimeMilliseconds()}", card, StringComparison.Ordinal);
        Assert.Equal(Some.User.OpenId, call.Json["receive_id"]!.ToString());
    }

    [Fact]
    public async Task Whoever_has_agreed_anew_or_taken_it_back_meanwhile_gets_no_card()
    {
        await _scene.GrantAsync();
        var announcement = await AnnouncementAsync();
        await _scene.GrantAsync();
        await TellAsync(announcement);

        await _scene.Revocations.RevokeAsync(Some.User, "platform", null, default);
        await TellAsync(announcement);
        Assert.Empty(_scene.Platform.To(OpenPlatform.Messages));
    }

    [Fact]
    public async Task Somebody_who_cannot_be_reached_is_no_failure()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(OpenPlatform.Messages, 400, """{"code":230029,"msg":"resigned"}""");
        await TellAsync(await AnnouncementAsync());
    }

    public void Dispose() => _scene.Dispose();

    private async Task<JsonElement> AnnouncementAsync()
    {
        _scene.Clock.Advance(TimeSpan.FromDays(360));
        await RunAsync();
        var message = await _scene.Database.RunAsync(db => db.Set<OutboxMessage>().OrderBy(m => m.Id).LastAsync());
        return JsonElement.Parse(message.Payload);
    }

    private Task TellAsync(JsonElement announcement) => new TellEndsSoon(_scene.Messages, _scene.Grants).HandleAsync(announcement, default);

    private Task<Announced> RunAsync() => _scene.Clock.ThroughAsync(new EndAnnouncements(_scene.Database, _scene.Outbox, _scene.Apps, _scene.Clock, _log).RunAsync(default));
}
