using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary>What a callback may bring that no honest browser does: each gets a clear answer, and nothing is stored.</summary>
public sealed class BadCallbackTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Theory]
    [InlineData("error=access_denied")]
    [InlineData("error=access_denied&state=")]
    [InlineData("error=access_denied&state=made-up")]
    [InlineData("error=20027")]
    [InlineData("error=20027&state=made-up")]
    [InlineData("code=abc&state=made-up&error=access_denied")]
    [InlineData("code=%ff%fe&state=%c0%af")]
    [InlineData("code=%00&state=%00")]
    [InlineData("code[]=abc&state[]=def")]
    [InlineData("CODE=abc&STATE=def")]
    [InlineData("state=%F0%9F%98%80")]
    [InlineData("code=abc&state=../../../../etc/passwd")]
    [InlineData("code=abc&state='%20OR%20'1'='1")]
    [InlineData("%")]
    [InlineData("&&&===")]
    public async Task What_belongs_to_no_session_is_a_bad_request_and_stores_nothing(string query)
    {
        await service.MustChangeNothingAsync(async () =>
        {
            using var answer = await service.Scene.Anonymous.GetAsync(new Uri($"{service.Callback}?{query}"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("data-result=\"unknownlink\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("code={code}&state={state}&state={state}")]
    [InlineData("code={code}&code=another&state={state}")]
    [InlineData("code={code}&state=another&state={state}")]
    [InlineData("code={code}&state={state}&error=access_denied")]
    [InlineData("code={code}&state={state}x")]
    [InlineData("code={code}&state={STATE}")]
    [InlineData("state={state}")]
    [InlineData("code=&state={state}")]
    public async Task What_is_not_clear_does_not_use_up_the_link(string query)
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        var code = await RedirectService.CodeAsync(person, asked.Card.Link());
        var filled = query.Replace("{code}", code, StringComparison.Ordinal).Replace("{state}", asked.State, StringComparison.Ordinal)
            .Replace("{STATE}", Swapped(asked.State), StringComparison.Ordinal);

        await service.MustChangeNothingAsync(async () =>
        {
            using var answer = await service.Scene.Anonymous.GetAsync(new Uri($"{service.Callback}?{filled}"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        });
        Assert.Equal("authorized", (await service.ComeBackAsync(("code", code), ("state", asked.State))).Result);
    }

    [Fact]
    public async Task An_over_long_query_is_refused_before_anybody_reads_it()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);

        await service.MustChangeNothingAsync(async () =>
        {
            using var answer = await service.Scene.Anonymous.GetAsync(new Uri($"{service.Callback}?code=abc&state={asked.State}&x={new string('a', 16 * 1024)}"));
            Assert.Equal(HttpStatusCode.RequestUriTooLong, answer.StatusCode);
            using var longCode = await service.Scene.Anonymous.GetAsync(new Uri($"{service.Callback}?code={new string('a', 4000)}&state={asked.State}"));
            Assert.Equal(HttpStatusCode.BadRequest, longCode.StatusCode);
        });
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Other_methods_do_nothing(string method)
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        var code = await RedirectService.CodeAsync(person, asked.Card.Link());

        await service.MustChangeNothingAsync(async () =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"{service.Callback}?code={code}&state={asked.State}"));
            using var answer = await service.Scene.Anonymous.SendAsync(request);
            Assert.InRange((int)answer.StatusCode, 400, 499);
        });
    }

    [Fact]
    public async Task A_refusal_with_a_session_is_heard()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);

        var page = await service.ComeBackAsync(("error", "access_denied"), ("state", asked.State));

        Assert.Equal((HttpStatusCode.OK, "declined"), (page.Status, page.Result));
        Assert.Equal("declined", await service.Scene.SessionStateAsync(asked.SessionId));
        Assert.Equal(0, await service.Scene.Database.CountAsync("user_grants", $"open_id = '{person.OpenId}'"));
    }

    [Fact]
    public async Task An_error_of_the_consent_page_fails_the_session_and_tells_the_operators_its_number()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);

        var page = await service.ComeBackAsync(("error", "20027"), ("state", asked.State));

        Assert.Equal((HttpStatusCode.BadGateway, "failed"), (page.Status, page.Result));
        var view = await service.Scene.Api.GetAsync($"/api/v1/authorizations/{asked.SessionId}");
        Assert.Equal(("failed", "platform_20027"), (view["state"], view["errorCode"]));
        await Eventually.TrueAsync("the operators being told", () => service.Scene.Platform.Messages.Any(m => m.Text().Contains("20027", StringComparison.Ordinal)));
    }

    private static string Swapped(string state) => string.Concat(state.Select(c => char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));
}
