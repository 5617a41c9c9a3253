using LarkSandbox.Chat;
using LarkSandbox.Contacts;
using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;

namespace LarkService.IntegrationTests.Upkeep;

/// <summary>What is done for grants without anybody asking, on both databases and against the platform.</summary>
public sealed class UpkeepTests
{
    private const string Refresh = "refresh_token";

    [Theory]
    [BothEngines]
    public async Task A_token_nobody_uses_is_refreshed_once_on_its_fifth_day_however_many_keep_it_alive(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        scene.Clock.Advance(TimeSpan.FromDays(4.9));
        Assert.Equal(new KeptAlive(0, 0, 0), await scene.Inside<KeepAlive>().RunAsync(default));

        scene.Clock.Advance(TimeSpan.FromDays(0.2));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => scene.Inside<KeepAlive>().RunAsync(default)));
        Assert.Equal(1, scene.Platform.TokenCalls(Refresh));
        Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
        var grant = await scene.Inside<UserGrants>().FindAsync(User(scene), default);
        Assert.True(grant!.RefreshExpiresAt > scene.Clock.GetUtcNow().AddDays(6.9));
    }

    [Theory]
    [BothEngines]
    public async Task A_week_before_day_365_the_person_gets_one_friendly_card_and_renews_with_it(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        scene.Clock.Advance(TimeSpan.FromDays(358.1));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => scene.Inside<EndAnnouncements>().RunAsync(default)));

        var card = await scene.Ava.CardAsync("a card that announces the end", m => m.Text().Contains("ends soon", StringComparison.Ordinal));
        await scene.Ava.PressAsync(card, Person.AskAgain);
        var asked = await scene.Ava.AskedAsync();
        await scene.Ava.AgreeAsync(asked);
        await asked.TurnsAsync("green");
        var grant = await scene.Inside<UserGrants>().FindAsync(User(scene), default);
        Assert.Null(grant!.EndAnnouncedAt);
        Assert.True(grant.GrantedAt > scene.Clock.GetUtcNow().AddHours(-1));
        Assert.Single(scene.Ava.Inbox, m => m.Text().Contains("ends soon", StringComparison.Ordinal));
    }

    [Theory]
    [BothEngines]
    public async Task A_grant_unused_for_thirty_days_goes_without_a_word_to_the_person(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var messages = scene.Ava.Inbox.Count;
        scene.Clock.Advance(TimeSpan.FromDays(30.1));

        Assert.Equal(new GivenUp(1, 0), await scene.Inside<UnusedGrants>().RunAsync(default));
        Assert.Equal("revoked", await scene.GrantStatusAsync(scene.Ava));
        await Eventually.TrueAsync("the follow-ups being done", async () => await scene.Database.CountAsync("outbox_messages") == 0);
        Assert.Equal(messages, scene.Ava.Inbox.Count);
        Assert.Contains(scene.AllOutput, line => line.Contains("was removed: nobody has used it since", StringComparison.Ordinal));
    }

    [Theory]
    [BothEngines]
    public async Task The_directory_brings_names_and_sealed_addresses_up_to_date_and_tells_who_left(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        await scene.GrantAsync(scene.Mei, "auth:user.id:read", "offline_access");
        var book = scene.InsidePlatform<ContactBook>();
        book.Change(scene.Ava.OpenId, entry => entry with { Name = "Ava Rock", Email = "ava.rock@sandbox.example" });
        scene.InsidePlatform<TenantDirectory>().Leave(scene.Mei.OpenId);

        Assert.Equal(new Synchronised { Seen = 1, Changed = 1, Left = 1 }, await scene.Inside<UserSync>().RunAsync(default));
        Assert.Equal(1, book.Calls);
        Assert.Equal("Ava Rock", (await scene.Api.GetAsync($"/api/v1/grants/{scene.Ava.OpenId}"))["name"]);
        Assert.Equal("revoked", await scene.GrantStatusAsync(scene.Mei));
        var stored = (string)(await scene.Database.ScalarAsync($"SELECT email FROM user_grants WHERE open_id = '{scene.Ava.OpenId}'"))!;
        Assert.DoesNotContain("rock", stored, StringComparison.OrdinalIgnoreCase);

        // And the token that was given out before is still the one
        Assert.IsType<TokenOutcome.Issued>(await scene.Inside<UserTokens>().GetAsync(User(scene), ScopeSet.Empty, default));
        Assert.Equal(0, scene.Platform.TokenCalls(Refresh));
    }

    [Fact]
    public async Task An_app_that_may_not_read_the_directory_keeps_its_users_as_they_are()
    {
        var sandbox = Scene.QuickSandbox;
        await using var scene = await GrantedAsync(Engine.Sqlite, sandbox with { AppScopes = [.. sandbox.AppScopes.Except(["contact:contact.base:readonly"])] });

        Assert.Equal(new Synchronised(), await scene.Inside<UserSync>().RunAsync(default));
        Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
        Assert.Contains(scene.AllOutput, line => line.Contains("cannot read the directory (code 99991672", StringComparison.Ordinal));
    }

    private static UserKey User(Scene scene) => new(scene.Options.Sandbox.AppId, scene.Ava.OpenId);

    private static async Task<Scene> GrantedAsync(Engine engine, LarkSandbox.Hosting.SandboxOptions? sandbox = null)
    {
        var scene = await Scene.StartAsync(new() { Engine = engine, Sandbox = sandbox ?? Scene.QuickSandbox });
        await scene.GrantAsync(scene.Ava, "auth:user.id:read", "offline_access");
        return scene;
    }
}
