using System.Net;
using LarkService.IntegrationTests.Security;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.IntegrationTests;

/// <summary><c>/oauth/callback</c> in the hands of people who come twice, late, or with something else.</summary>
public sealed class CallbackPageTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Theory]
    [InlineData("")]
    [InlineData("?code=abc")]
    [InlineData("?state=")]
    [InlineData("?code=abc&state=made-up-by-somebody")]
    [InlineData("?error=access_denied&state=made-up-by-somebody")]
    [InlineData("?code=&state=%00%F0%9F%98%80")]
    public async Task A_link_that_never_was_ours_gets_a_clear_page(string query)
    {
        using var browser = new Browser(service.Scene.Ava.OpenId);

        await service.MustChangeNothingAsync(async () =>
        {
            var page = await browser.OpenAsync(new Uri(service.Callback + query));
            Assert.Equal((HttpStatusCode.BadRequest, "unknownlink"), (page.Status, page.Result));
            Assert.Contains("Nothing was stored", page.Html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_link_works_once_however_often_it_is_opened()
    {
        var person = service.Somebody();
        var card = (await service.AskAsync(person)).Card;
        using var browser = new Browser(person.OpenId);
        var back = await browser.AllowAndStayAsync(card.Link());
        var exchanged = service.Scene.Platform.TokenCalls("authorization_code");

        var pages = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => browser.OpenAsync(back)));

        Assert.Single(pages, p => p.Result == "authorized");
        Assert.Equal(4, pages.Count(p => p.Result == "unknownlink"));
        Assert.Equal(exchanged + 1, service.Scene.Platform.TokenCalls("authorization_code"));
        await card.TurnsAsync("green");
    }

    [Fact]
    public async Task A_state_without_a_code_is_told_and_costs_nothing()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        using var browser = new Browser(person.OpenId);

        Assert.Equal("unknownlink", (await service.ComeBackAsync(("state", asked.State))).Result);

        Assert.Equal("authorized", (await browser.AllowAsync(asked.Card.Link())).Result);
    }

    [Fact]
    public async Task A_code_that_was_used_before_stores_nothing_and_brings_a_fresh_link()
    {
        var (owner, other) = (service.Somebody(), service.Somebody());
        using var browser = new Browser(owner.OpenId);
        var first = (await service.AskAsync(owner)).Card;
        var back = await browser.AllowAndStayAsync(first.Link());
        Assert.Equal("authorized", (await browser.OpenAsync(back)).Result);
        await first.TurnsAsync("green");
        var code = QueryHelpers.ParseQuery(back.Query)["code"].ToString();

        // When the old code comes with the state of another session
        var second = await service.AskAsync(other);
        var link = second.Card.Link();
        var page = await service.ComeBackAsync(("code", code), ("state", second.State));

        // Then that session waits on, with a fresh link
        Assert.Equal((HttpStatusCode.Gone, "codespent"), (page.Status, page.Result));
        Assert.Equal(1, await service.Scene.Database.CountAsync("user_grants", $"open_id IN ('{owner.OpenId}', '{other.OpenId}')"));
        await Eventually.TrueAsync("a fresh link", () => second.Card.Link() != link);
        Assert.Equal("authorized", (await other.AgreeAsync(second.Card)).Result);
    }

    [Fact]
    public async Task Whoever_closes_the_page_before_it_is_there_has_agreed_all_the_same()
    {
        var (scene, person) = (service.Scene, service.Somebody());
        var asked = await service.AskAsync(person);
        using var browser = new Browser(person.OpenId);
        var back = await browser.AllowAndStayAsync(asked.Card.Link());
        scene.Platform.Faults.Board.DelayNext("/open-apis/authen/v2/oauth/token", TimeSpan.FromSeconds(1));

        using var closed = new CancellationTokenSource();
        var page = scene.Anonymous.GetAsync(back, closed.Token);
        await Eventually.TrueAsync("the state being consumed", async () => await scene.Database.CountAsync("authorization_sessions", $"session_id = '{asked.SessionId}' AND state_hash IS NULL") == 1);
        await closed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => page);

        await asked.Card.TurnsAsync("green");
    }

    [Fact]
    public async Task The_page_speaks_the_persons_language_and_protects_itself()
    {
        using var browser = new Browser(service.Scene.Ava.OpenId);

        Assert.Contains("链接已失效", WebUtility.HtmlDecode((await browser.OpenAsync(service.Callback, "zh-CN,zh;q=0.9")).Html), StringComparison.Ordinal);
        using var answer = await service.Scene.Anonymous.GetAsync(new Uri("/oauth/callback?code=x&state=y", UriKind.Relative));
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_that_stumbles_is_given_a_second_chance()
    {
        var person = service.Somebody();
        var card = (await service.AskAsync(person)).Card;
        service.Scene.Platform.Faults.Board.FailNext("/open-apis/authen/v2/oauth/token", 500, """{"code":20050,"error":"server_error"}""");

        Assert.Equal("authorized", (await person.AgreeAsync(card)).Result);
        await card.TurnsAsync("green");
    }

    [Fact]
    public async Task A_platform_that_refuses_for_good_ends_the_session_as_failed_with_a_reference()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        var card = await scene.Ava.AskedAsync();
        scene.Platform.Faults.Board.FailNext("/open-apis/authen/v2/oauth/token", 400, """{"code":20069,"error":"invalid_client"}""");

        var page = await scene.Ava.AgreeAsync(card);

        Assert.Equal((HttpStatusCode.BadGateway, "failed"), (page.Status, page.Result));
        await card.TurnsAsync("red");
        Assert.Contains("platform_20069", card.Text(), StringComparison.Ordinal);
        Assert.Equal(0, await scene.Database.CountAsync("user_grants"));
    }
}
