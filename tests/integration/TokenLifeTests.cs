using LarkService.Authorization.Chat;
using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;

namespace LarkService.IntegrationTests;

/// <summary>Tokens grow old, are refused, refreshed and taken back.</summary>
public sealed class TokenLifeTests
{
    private const string Refresh = "refresh_token";
    private static readonly ScopeSet Ai = ScopeSet.Of(Scene.AiScopes);

    [Theory]
    [BothEngines]
    public async Task Near_its_end_a_token_is_given_out_while_the_next_is_fetched_behind(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var present = await TokenAsync(scene);

        scene.Clock.Advance(TimeSpan.FromSeconds(7200 * 0.95));
        Assert.Equal(present.Value, (await TokenAsync(scene)).Value);

        await Eventually.TrueAsync("the next token", async () => !(await TokenAsync(scene)).Value.Equals(present.Value));
        Assert.Equal(1, scene.Platform.TokenCalls(Refresh));
    }

    [Theory]
    [BothEngines]
    public async Task Fifty_who_need_an_expired_token_at_once_cause_one_refresh_and_get_the_same_new_one(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var old = await TokenAsync(scene);
        scene.Clock.Advance(TimeSpan.FromSeconds(7201));

        var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TokenAsync(scene)));

        Assert.Equal(1, scene.Platform.TokenCalls(Refresh));
        var fresh = Assert.Single(tokens.Select(t => t.Value).Distinct());
        Assert.NotEqual(old.Value, fresh);
        Assert.NotNull(scene.Platform.Tokens.FindAccess(fresh.Reveal()));
    }

    [Fact]
    public async Task A_token_the_platform_refuses_is_refreshed_once_and_the_call_repeated_once()
    {
        await using var scene = await GrantedAsync();
        scene.Platform.Faults.ExpireTokens(scene.Ava.OpenId);

        await scene.Ava.AnswerAsync(scene.Ava.Write("Hello?"));

        Assert.Equal(1, scene.Platform.TokenCalls(Refresh));
        Assert.Single(scene.Ava.AuthorizationCards);
    }

    [Theory]
    [BothEngines]
    public async Task When_the_platform_refuses_to_refresh_the_person_is_asked_again_and_the_question_that_waited_is_answered(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var ava = scene.Ava;
        scene.Platform.Tokens.RevokeAll(ava.OpenId);

        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();
        await Eventually.TrueAsync("the grant being over", async () => await scene.GrantStatusAsync(ava) == "reauthorization_required");
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        await ava.AnswerAsync(question);
        Assert.Equal("active", await scene.GrantStatusAsync(ava));
        Assert.Single(ava.Replies(question));
    }

    [Fact]
    public async Task A_refresh_token_that_ran_out_asks_the_person_and_never_the_platform_twice()
    {
        await using var scene = await GrantedAsync();
        scene.Platform.Faults.ExpireTokens(scene.Ava.OpenId);
        scene.Platform.Faults.ExpireRefreshTokens(scene.Ava.OpenId);

        var question = scene.Ava.Write("Hello?");
        await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
        await scene.Ava.AnswerAsync(question);
        Assert.Equal(1, scene.Platform.TokenCalls(Refresh));
    }

    [Fact]
    public async Task An_answer_that_got_lost_on_the_way_costs_at_most_a_new_consent_and_never_the_question()
    {
        await using var scene = await GrantedAsync();
        var ava = scene.Ava;
        scene.Platform.Faults.ExpireTokens(ava.OpenId);
        scene.Platform.Faults.Board.LoseNextAnswer("/open-apis/authen/v2/oauth/token");

        // The refresh was done, its answer is lost, and the refresh token is spent: only the person can help now
        var question = ava.Write("Hello?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
    }

    [Fact]
    public async Task Passing_trouble_at_the_platform_costs_no_grant()
    {
        await using var scene = await GrantedAsync();
        scene.Platform.Faults.ExpireTokens(scene.Ava.OpenId);
        scene.Platform.Faults.Board.FailNext("/open-apis/authen/v2/oauth/token", 503, """{"code":20072,"error":"temporarily_unavailable"}""", times: 2);

        await scene.Ava.AnswerAsync(scene.Ava.Write("Hello?"));

        Assert.Single(scene.Ava.AuthorizationCards);
        Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
    }

    [Fact]
    public async Task An_app_that_may_not_refresh_is_the_administrators_matter_and_costs_no_grant()
    {
        await using var scene = await GrantedAsync(sandbox: Scene.QuickSandbox with { AllowRefresh = false });
        var ava = scene.Ava;
        scene.Platform.Faults.ExpireTokens(ava.OpenId);

        var question = ava.Write("Hello?");
        await Eventually.TrueAsync("a reply", () => ava.Replies(question).Any(m => m.Text().Contains("Reference", StringComparison.Ordinal)));

        Assert.Single(ava.AuthorizationCards);
        Assert.Equal("active", await scene.GrantStatusAsync(ava));
    }

    [Theory]
    [BothEngines]
    public async Task Taken_back_on_the_platform_the_grant_is_gone_here_and_the_person_is_told(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var ava = scene.Ava;

        scene.Platform.Faults.RevokeGrant(ava.OpenId);

        var told = await ava.CardAsync("the news of the revocation", m => m.Text().Contains("You took your authorization back in Feishu/Lark", StringComparison.Ordinal));
        Assert.Equal("revoked", await scene.GrantStatusAsync(ava));
        Assert.Equal([null, null], (await scene.Database.RowsAsync("SELECT access_token, refresh_token FROM user_grants"))[0]);
        Assert.IsType<TokenOutcome.ConsentRequired>(await scene.Inside<UserTokens>().GetAsync(User(scene), Ai, CancellationToken.None));

        // And the button of that card leads back
        Assert.Null((await ava.PressAsync(told, Person.AskAgain)).Error);
        await ava.AgreeAsync(await ava.AskedAsync());
        await Eventually.TrueAsync("the grant being back", async () => await scene.GrantStatusAsync(ava) == "active");
    }

    [Fact]
    public async Task News_of_a_revocation_older_than_the_grant_is_no_news()
    {
        await using var scene = await GrantedAsync();
        var user = scene.Platform.Users[2];
        var old = scene.InsidePlatform<LarkSandbox.LongConnection.Envelopes>().TokensRevoked(user, "Revoked by user action.");
        old["header"]!["create_time"] = LarkSandbox.LongConnection.Envelopes.Milliseconds(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));

        var delivery = scene.Platform.PushEvent(old);
        await Eventually.TrueAsync("the event being handled", async () => await scene.Database.CountAsync("inbox_events", $"event_id = '{delivery.EventId}' AND state = 'done'") == 1);

        Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
        Assert.Equal(RevokedOnPlatform.EventType, delivery.EventType);
    }

    [Theory]
    [BothEngines]
    public async Task Scopes_that_the_platform_misses_are_asked_for_and_the_question_runs_then(Engine engine)
    {
        // Given a grant whose copy here holds more than the platform's
        await using var scene = await GrantedAsync(engine, scopes: ["contact:user.email:readonly"]);
        var ava = scene.Ava;
        await scene.Database.ExecuteAsync($"UPDATE user_grants SET scopes = '{string.Join(' ', Scene.AiScopes)} offline_access auth:user.id:read'");

        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();
        Assert.Equal(0, scene.Runs);
        await ava.AgreeAsync(card);
        await ava.AnswerAsync(question);
        Assert.Equal(2, ava.AuthorizationCards.Count);
    }

    [Fact]
    public async Task Scopes_that_were_never_granted_are_added_to_those_that_were()
    {
        await using var scene = await GrantedAsync(scopes: ["contact:user.email:readonly"]);
        var ava = scene.Ava;

        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();
        Assert.Contains("e-mail", card.Text(), StringComparison.Ordinal);
        await ava.AgreeAsync(card);
        await ava.AnswerAsync(question);
        var scopes = (await scene.Api.GetAsync($"/api/v1/grants/{ava.OpenId}")).Json!["scopes"]!.AsArray().Select(s => s!.ToString()).ToList();
        Assert.Superset(new HashSet<string>(["contact:user.email:readonly", .. Scene.AiScopes]), scopes.ToHashSet());
    }

    [Theory]
    [BothEngines]
    public async Task After_a_restart_the_database_answers_and_the_platform_is_not_asked(Engine engine)
    {
        await using var scene = await GrantedAsync(engine);
        var before = await TokenAsync(scene);
        var calls = scene.Platform.TokenCalls("authorization_code");

        await scene.StartServiceAsync();

        Assert.Equal(before.Value, (await TokenAsync(scene)).Value);
        Assert.Equal((calls, 0), (scene.Platform.TokenCalls("authorization_code"), scene.Platform.TokenCalls(Refresh)));
    }

    private static async Task<Scene> GrantedAsync(Engine engine = Engine.Sqlite, LarkSandbox.Hosting.SandboxOptions? sandbox = null, string[]? scopes = null)
    {
        var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, Sandbox = sandbox ?? Scene.QuickSandbox });
        await scene.GrantAsync(scene.Ava, scopes ?? Scene.AiScopes);
        return scene;
    }

    private static UserKey User(Scene scene) => new(scene.Options.Sandbox.AppId, scene.Ava.OpenId);

    private static async Task<UserAccessToken> TokenAsync(Scene scene) =>
        Assert.IsType<TokenOutcome.Issued>(await scene.Inside<UserTokens>().GetAsync(User(scene), Ai, CancellationToken.None)).Token;
}
