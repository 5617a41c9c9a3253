using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Consent;

/// <summary>Cards that calls and expiries cause: at most one an hour, and none for what was declined.</summary>
public sealed class AutomaticCardTests
{
    private const string Email = "contact:user.email:readonly";
    private const string Phone = "contact:user.phone:readonly";
    private const string Employee = "contact:user.employee:readonly";

    [Theory]
    [BothFlows]
    public async Task After_a_refusal_calls_are_held_back_for_an_hour_and_the_users_own_wish_is_not(Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Flow = flow });
        var ava = scene.Ava;
        Assert.Equal("true", (await CallAsync(scene, Email))["cardSent"]);
        var card = await ava.AskedAsync();
        await ava.PressAsync(card, Person.Decline);
        await card.TurnsAsync("grey");

        foreach (var scope in new[] { Email, Phone })
        {
            var held = await CallAsync(scene, scope);
            Assert.Equal(("not_granted", null, "false"), (held["reason"], held["sessionId"], held["cardSent"]));
            Assert.InRange(held.RetryAfter!.Value, TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(60));
        }

        Assert.Single(ava.AuthorizationCards);
        using (var metrics = await scene.Anonymous.GetAsync(new Uri("/metrics", UriKind.Relative)))
        {
            Assert.Matches(@"lark_service_auth_rate_limit_triggered_total\{[^}]*\} 2", await metrics.Content.ReadAsStringAsync());
        }

        // Who wants to agree after all can, at once
        await ava.PressAsync(card, Person.Renew);
        await card.TurnsAsync("blue");
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        (await scene.Api.GetAsync(TokenOf(scene, Email))).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_call_that_needs_more_than_was_just_agreed_to_asks_on_that_card_and_for_what_is_granted_along()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var ava = scene.Ava;
        await CallAsync(scene, Email);
        var card = await ava.AskedAsync();
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");

        var more = await CallAsync(scene, Phone);
        Assert.Equal(("scopes_missing", "true"), (more["reason"], more["cardSent"]));
        await card.TurnsAsync("blue");
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");

        Assert.Single(ava.AuthorizationCards);
        (await scene.Api.GetAsync(TokenOf(scene, $"{Email} {Phone}"))).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Calls_that_begin_together_ask_together()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });

        var answers = await Task.WhenAll(new[] { Email, Phone, Employee, Email, "im:message" }.Select(scope => CallAsync(scene, scope)));

        // One session, or a wider one on the same card for whoever came later than a blink
        Assert.All(answers, a => Assert.NotNull(a["sessionId"]));
        Assert.Equal(1, await scene.Database.CountAsync("authorization_sessions", "state = 'pending'"));
        var card = Assert.Single(scene.Ava.AuthorizationCards);
        await Eventually.TrueAsync("all follow-ups", async () => await scene.Database.CountAsync("outbox_messages") == 0);
        await scene.Ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        (await scene.Api.GetAsync(TokenOf(scene, $"{Email} {Phone} {Employee} im:message"))).Must(HttpStatusCode.OK);
    }

    [Theory]
    [BothEngines]
    public async Task A_renewal_that_is_held_back_comes_when_its_time_has_come(Engine engine)
    {
        // Given a person who has just declined something
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        var ava = scene.Ava;
        await scene.GrantAsync(ava, Email);
        await CallAsync(scene, Phone);
        var card = await ava.AskedAsync();
        await ava.PressAsync(card, Person.Decline);
        await card.TurnsAsync("grey");

        // When the platform will not renew their grant
        scene.Platform.Tokens.RevokeAll(ava.OpenId);
        (await scene.Api.PostAsync($"/api/v1/grants/{ava.OpenId}/refresh", new { })).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");
        await Eventually.TrueAsync("the follow-up waiting", async () => await scene.Database.CountAsync("outbox_messages", "subscriber LIKE '%AskToRenew' AND attempts = 0 AND last_error IS NULL") == 1
            && scene.Service.Output.All(line => !line.Contains("AskToRenew", StringComparison.Ordinal)));
        Assert.Equal(2, ava.AuthorizationCards.Count);

        // Then they are left in peace for an hour, and asked then
        scene.Clock.Advance(TimeSpan.FromHours(1));
        await ava.CardAsync("the renewal", m => m.Color() == "blue" && m.Text().Contains("Nothing is lost", StringComparison.Ordinal));
    }

    private static async Task<ApiAnswer> CallAsync(Scene scene, string scope) =>
        (await scene.Api.GetAsync(TokenOf(scene, scope))).MustBeProblem(HttpStatusCode.Forbidden, "authorization-required");

    private static string TokenOf(Scene scene, string scopes) => $"/api/v1/grants/{scene.Ava.OpenId}/token?scopes={Uri.EscapeDataString(scopes)}";
}
