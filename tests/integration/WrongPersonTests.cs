using System.Net;
using LarkService.IntegrationTests.Security;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>Consent given by somebody else than the person who was asked.</summary>
public sealed class WrongPersonTests(RedirectService service) : IClassFixture<RedirectService>
{
    private const string NotForYou = "That link was for somebody else";
    private const string SomebodyElse = "Somebody else opened this link";

    [Theory]
    [EnginesAndFlows]
    public async Task Nothing_is_stored_both_are_told_and_a_fresh_link_on_the_same_card_works_for_the_right_one(Engine engine, Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = flow });
        var (ava, mei) = (scene.Ava, scene.Mei);
        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();

        // When Mei agrees on the page that was meant for Ava
        var link = await ava.OpenAsync(card);
        using var browser = new Browser(mei.OpenId);
        var page = await browser.AllowAsync(link);

        // Then nothing is stored for either, and both are told
        if (flow == Flow.Redirect)
        {
            Assert.Equal((HttpStatusCode.Forbidden, "wrongperson"), (page.Status, page.Result));
        }

        await mei.CardAsync("the notice for the wrong person", m => m.Text().Contains(NotForYou, StringComparison.Ordinal));
        await Eventually.TrueAsync("the notice and a fresh link on the card", () => card.Text().Contains(SomebodyElse, StringComparison.Ordinal) && card.Link() != link);
        Assert.Equal(0, await scene.Database.CountAsync("user_grants"));
        Assert.Equal(0, scene.Runs);

        // And Ava herself agrees on the fresh link
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        await ava.AnswerAsync(question);
        Assert.Single(ava.AuthorizationCards);
        Assert.Equal(ava.OpenId, await scene.Database.ScalarAsync("SELECT open_id FROM user_grants"));
    }

    [Fact]
    public async Task Five_times_end_the_session_as_failed()
    {
        var (scene, ava, mei) = (service.Scene, service.Somebody(), service.Somebody());
        var session = (await scene.Api.AskAsync(ava)).Must(HttpStatusCode.Created);
        var card = await ava.AskedAsync();
        using var browser = new Browser(mei.OpenId);
        for (var time = 1; time <= 5; time++)
        {
            var link = card.Link();
            Assert.Equal("wrongperson", (await browser.AllowAsync(link)).Result);
            await Eventually.TrueAsync("the card following", () => card.Color() == "red" || card.Link() != link);
        }

        await card.TurnsAsync("red");
        Assert.Contains("used by other people several times", card.Text(), StringComparison.Ordinal);
        var view = await scene.Api.GetAsync($"/api/v1/authorizations/{session["sessionId"]}");
        Assert.Equal(("failed", "wrong_person"), (view["state"], view["errorCode"]));
        Assert.Equal(0, await scene.Database.CountAsync("user_grants", $"open_id IN ('{ava.OpenId}', '{mei.OpenId}')"));
    }

    [Theory]
    [BothFlows]
    public async Task Whoever_agrees_in_somebody_elses_place_keeps_their_own_grant(Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Flow = flow });
        var (ava, mei) = (scene.Ava, scene.Mei);
        await scene.GrantAsync(mei, Scene.AiScopes);
        ava.Write("Hello?");
        var link = await ava.OpenAsync(await ava.AskedAsync());

        using var browser = new Browser(mei.OpenId);
        await browser.AllowAsync(link);
        await mei.CardAsync("the notice for the wrong person", m => m.Text().Contains(NotForYou, StringComparison.Ordinal));

        await mei.AnswerAsync(mei.Write("Am I still known?"));
        Assert.Single(mei.AuthorizationCards);
    }

    [Fact]
    public async Task Switching_the_account_on_the_consent_page_counts_as_the_account_switched_to()
    {
        var ava = service.Somebody();
        await service.Scene.Api.AskAsync(ava);
        var card = await ava.AskedAsync();
        using var browser = new Browser(service.Somebody().OpenId);
        await browser.SwitchAsync(card.Link(), ava.OpenId);

        Assert.Equal("authorized", (await browser.AllowAsync(card.Link())).Result);
        await card.TurnsAsync("green");
    }
}
