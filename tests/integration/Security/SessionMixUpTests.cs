using System.Net;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary>Two people, two sessions, and what belongs to one comes to the other.</summary>
public sealed class SessionMixUpTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Fact]
    public async Task Swapped_links_store_nothing_for_either_and_fresh_ones_work_for_both()
    {
        var (one, two) = (service.Somebody(), service.Somebody());
        await SwapAsync(service.Scene, one, two, isRedirect: true);
    }

    [Fact]
    public async Task In_the_device_flow_it_is_the_same()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Device });
        await SwapAsync(scene, scene.Ava, scene.Mei, isRedirect: false);
    }

    [Fact]
    public async Task Swapped_codes_buy_nothing_for_either()
    {
        var (one, two) = (service.Somebody(), service.Somebody());
        var (first, second) = (await service.AskAsync(one), await service.AskAsync(two));
        var (codeOne, codeTwo) = (await RedirectService.CodeAsync(one, first.Card.Link()), await RedirectService.CodeAsync(two, second.Card.Link()));

        var pages = await Task.WhenAll(
            service.ComeBackAsync(("code", codeTwo), ("state", first.State)),
            service.ComeBackAsync(("code", codeOne), ("state", second.State)));

        Assert.All(pages, p => Assert.Equal((HttpStatusCode.Gone, "codespent"), (p.Status, p.Result)));
        Assert.Equal((0, 0), (service.Scene.Platform.Tokens.IssuedTo(one.OpenId), service.Scene.Platform.Tokens.IssuedTo(two.OpenId)));
        Assert.Equal("pending", await service.Scene.SessionStateAsync(first.SessionId));
    }

    /// <summary>Each attempt may come back to another replica: together they count to five.</summary>
    [Fact]
    public async Task Five_wrong_persons_over_two_replicas_end_the_session()
    {
        await using var scene = await Scene.StartAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect });
        var beside = Cluster.Beside(scene);
        await using var second = await RunningService.StartAsync(beside, scene.Clock);
        Uri[] replicas = [scene.Url, new(beside["urls"])];
        var asked = (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        var card = await scene.Ava.AskedAsync();
        using var browser = new Browser(scene.Mei.OpenId);
        for (var time = 0; time < 5; time++)
        {
            var link = card.Link();
            var back = await browser.AllowAndStayAsync(link);
            var page = await browser.OpenAsync(new Uri(replicas[time % 2], back.PathAndQuery));
            Assert.Equal((HttpStatusCode.Forbidden, "wrongperson"), (page.Status, page.Result));
            await Eventually.TrueAsync("the card following", () => card.Color() == "red" || card.Link() != link);
        }

        var view = await scene.Api.GetAsync($"/api/v1/authorizations/{asked["sessionId"]}");
        Assert.Equal(("failed", "wrong_person"), (view["state"], view["errorCode"]));
        Assert.Equal(0, await scene.Database.CountAsync("user_grants"));
        await AllRevokedAsync(scene, scene.Mei, times: 5);
    }

    private static async Task SwapAsync(Scene scene, Person one, Person two, bool isRedirect)
    {
        var first = scene.Platform.FindMessage((await scene.Api.AskAsync(one)).Must(HttpStatusCode.Created)["messageId"]!)!;
        var second = scene.Platform.FindMessage((await scene.Api.AskAsync(two)).Must(HttpStatusCode.Created)["messageId"]!)!;
        var (linkOne, linkTwo) = (await one.OpenAsync(first), await two.OpenAsync(second));
        using var browserOne = new Browser(one.OpenId);
        using var browserTwo = new Browser(two.OpenId);

        // When each agrees on the page of the other
        var pages = await Task.WhenAll(browserOne.AllowAsync(linkTwo), browserTwo.AllowAsync(linkOne));

        // Then nothing is stored, the tokens are given back, and both cards have a fresh link
        if (isRedirect)
        {
            Assert.All(pages, p => Assert.Equal((HttpStatusCode.Forbidden, "wrongperson"), (p.Status, p.Result)));
        }

        await Eventually.TrueAsync("fresh links", () => first.Link() != linkOne && second.Link() != linkTwo);
        Assert.Equal(0, await scene.Database.CountAsync("user_grants", $"open_id IN ('{one.OpenId}', '{two.OpenId}')"));
        await AllRevokedAsync(scene, one, times: 1);
        await AllRevokedAsync(scene, two, times: 1);

        // And each agrees on their own
        await one.AgreeAsync(first);
        await two.AgreeAsync(second);
        await first.TurnsAsync("green");
        await second.TurnsAsync("green");
        Assert.Equal(2, await scene.Database.CountAsync("user_grants", $"open_id IN ('{one.OpenId}', '{two.OpenId}')"));
    }

    private static async Task AllRevokedAsync(Scene scene, Person person, int times)
    {
        Assert.Equal(times, scene.Platform.Tokens.IssuedTo(person.OpenId));
        await Eventually.TrueAsync("their tokens being revoked upstream", () => !scene.Platform.Tokens.GrantOf(person.OpenId).HasGrant);
    }
}
