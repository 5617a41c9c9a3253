using System.Diagnostics;
using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.OnBehalfOf;
using LarkService.Platform;

namespace LarkService.IntegrationTests;

/// <summary>Grants end: taken back here or on the platform, by somebody who leaves, or because the platform renews them no more.</summary>
public sealed class RevocationTests
{
    private const string Refresh = "refresh_token";

    [Theory]
    [BothEngines]
    public async Task When_a_grant_is_taken_back_what_waited_for_its_user_ends_within_a_second_and_says_why(Engine engine)
    {
        // Given a question that waits for more consent than there is
        await using var scene = await GrantedAsync(engine, "contact:user.email:readonly");
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        await ava.AskedAsync();
        await Eventually.TrueAsync("the question being parked", async () => await scene.Database.CountAsync("parked_calls", "state = 'waiting_for_user'") == 1);

        // When the grant is taken back by REST
        var clock = Stopwatch.StartNew();
        (await scene.Api.DeleteAsync($"/api/v1/grants/{ava.OpenId}")).Must(System.Net.HttpStatusCode.NoContent);
        var answered = clock.Elapsed;
        await Eventually.TrueAsync("the question being given up", async () => await scene.Database.CountAsync("parked_calls", $"state = 'failed' AND give_up_as = '{nameof(ParkedCallEnd.Revoked)}'") == 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"answered after {answered.TotalSeconds:0.000} s, given up after {clock.Elapsed.TotalSeconds:0.000} s");

        await ava.ReplyAsync(question, "taken back");
        Assert.Equal("revoked", await scene.GrantStatusAsync(ava));
    }

    [Theory]
    [BothEngines]
    public async Task What_waited_ends_also_when_the_service_was_restarted_in_between(Engine engine)
    {
        await using var scene = await GrantedAsync(engine, "contact:user.email:readonly");
        scene.Ava.Write("Hello?");
        await scene.Ava.AskedAsync();
        await Eventually.TrueAsync("the question being parked", async () => await scene.Database.CountAsync("parked_calls", "state = 'waiting_for_user'") == 1);

        // Given a revocation that was committed by a process that stopped before it did the rest
        var at = TimeProvider.System.GetUtcNow();
        await scene.Service.DisposeAsync();
        var payload = System.Text.Json.JsonSerializer.Serialize(
            new GrantRevoked(scene.Options.Sandbox.AppId, scene.Ava.OpenId, RevokedBy.Api, null) { At = at }, System.Text.Json.JsonSerializerOptions.Web);
        var (now, yes) = engine == Engine.Sqlite ? ($"{at.ToUnixTimeMilliseconds()}", "0") : ("now()", "false");
        await scene.Database.ExecuteAsync($"""
            INSERT INTO outbox_messages (subscriber, key, payload, created_at, due_at, attempts, dead)
            VALUES ('{GrantTopics.Revoked}/EndParkedCalls', 'k', '{payload}', {now}, {now}, 0, {yes})
            """);

        await scene.StartServiceAsync();
        await Eventually.TrueAsync("the question being given up", async () => await scene.Database.CountAsync("parked_calls", "state = 'failed' AND give_up_as = 'Revoked'") == 1);
    }

    [Theory]
    [BothEngines]
    public async Task Somebody_who_leaves_loses_the_grant_and_gets_no_card_and_what_waited_for_them_ends(Engine engine)
    {
        await using var scene = await GrantedAsync(engine, "contact:user.email:readonly");
        var ava = scene.Ava;
        ava.Write("Hello?");
        await ava.AskedAsync();
        await Eventually.TrueAsync("the question being parked", async () => await scene.Database.CountAsync("parked_calls", "state = 'waiting_for_user'") == 1);
        var cards = ava.Inbox.Count;

        scene.Platform.Faults.Leave(ava.OpenId);

        await Eventually.TrueAsync("the grant being revoked", async () => await scene.GrantStatusAsync(ava) == "revoked");
        await Eventually.TrueAsync("the session being over", async () => await scene.Database.CountAsync("authorization_sessions", "state = 'failed' AND error_code = 'user_gone'") == 1);
        await Eventually.TrueAsync("the question being over", async () => await scene.Database.CountAsync("parked_calls", "state = 'failed'") == 1);
        await Eventually.TrueAsync("all follow-ups being done", async () => await scene.Database.CountAsync("outbox_messages") == 0);
        Assert.Equal(cards, ava.Inbox.Count);
    }

    [Fact]
    public async Task An_access_token_that_alone_was_taken_back_is_replaced_and_nobody_notices()
    {
        await using var scene = await GrantedAsync(Engine.Sqlite, Scene.AiScopes);
        scene.Platform.Faults.RevokeGrant(scene.Ava.OpenId, types: "user_access_token ");

        await Eventually.TrueAsync("another token", () => scene.Platform.TokenCalls(Refresh) == 1);
        await scene.Ava.AnswerAsync(scene.Ava.Write("Hello?"));
        Assert.Equal((1, "active"), (scene.Platform.TokenCalls(Refresh), await scene.GrantStatusAsync(scene.Ava)));
    }

    [Fact]
    public async Task The_person_is_told_who_took_the_consent_back()
    {
        await using var scene = await GrantedAsync(Engine.Sqlite, Scene.AiScopes);
        scene.Platform.Faults.RevokeGrant(scene.Ava.OpenId, "Revoked by security and risk control action.");

        await scene.Ava.CardAsync("the news", m => m.Text().Contains("for security reasons", StringComparison.Ordinal));
    }

    [Theory]
    [BothEngines]
    public async Task A_grant_the_platform_renews_no_more_is_asked_for_by_a_card_within_ten_seconds_and_once(Engine engine)
    {
        await using var scene = await GrantedAsync(engine, Scene.AiScopes);
        var ava = scene.Ava;
        scene.Platform.Faults.ExpireRefreshTokens(ava.OpenId); // 20037

        // When the token is fetched ahead of its time, by nobody who would ask for consent
        scene.Clock.Advance(TimeSpan.FromSeconds(7200 * 0.95));
        var user = new UserKey(scene.Options.Sandbox.AppId, ava.OpenId);
        Assert.IsType<TokenOutcome.Issued>(await scene.Inside<UserTokens>().GetAsync(user, ScopeSet.Empty, CancellationToken.None));

        // Then the card comes, the present token goes on, and one click mends it
        var card = await ava.CardAsync("the card that asks again", m => m.Text().Contains("Nothing is lost", StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        Assert.Equal("active", await scene.GrantStatusAsync(ava));
        Assert.IsType<TokenOutcome.Issued>(await scene.Inside<UserTokens>().GetAsync(user, ScopeSet.Empty, CancellationToken.None));
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        Assert.Equal(2, ava.AuthorizationCards.Count);
        Assert.Equal(1, await scene.Database.CountAsync("user_grants", "refresh_token IS NOT NULL AND refresh_outcome IS NULL"));
    }

    private static async Task<Scene> GrantedAsync(Engine engine, params string[] scopes)
    {
        var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, scopes);
        return scene;
    }
}
