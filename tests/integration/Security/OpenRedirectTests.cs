using System.Net;
using System.Text.RegularExpressions;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary><c>/oauth/callback</c> leads nowhere else, whatever it is asked.</summary>
public sealed partial class OpenRedirectTests(RedirectService service) : IClassFixture<RedirectService>
{
    private const string Evil = "https://evil.example/collect";

    [Theory]
    [InlineData("redirect_uri")]
    [InlineData("redirect")]
    [InlineData("redirect_url")]
    [InlineData("next")]
    [InlineData("url")]
    [InlineData("return_to")]
    [InlineData("returnUrl")]
    [InlineData("continue")]
    [InlineData("target")]
    [InlineData("state")]
    [InlineData("code")]
    [InlineData("error_uri")]
    public async Task No_parameter_takes_anybody_anywhere(string parameter)
    {
        using var answer = await service.Scene.Anonymous.GetAsync(new Uri(service.Callback, $"?{parameter}={Uri.EscapeDataString(Evil)}"));

        await LeadsNowhereAsync(answer);
    }

    [Fact]
    public async Task Not_even_beside_a_consent_that_counts()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        var code = await RedirectService.CodeAsync(person, asked.Card.Link());
        var evil = Uri.EscapeDataString(Evil);

        using var answer = await service.Scene.Anonymous.GetAsync(new Uri(service.Callback, $"?code={code}&state={asked.State}&redirect_uri={evil}&next={evil}"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await LeadsNowhereAsync(answer);
        await asked.Card.TurnsAsync("green");
    }

    [Theory]
    [InlineData("/oauth/callback/%2f%2fevil.example")]
    [InlineData("/oauth/callback//evil.example")]
    [InlineData("//evil.example/oauth/callback")]
    [InlineData("/oauth/callback/..%2f..%2f%2fevil.example")]
    [InlineData("/oauth/callback%0d%0aLocation:%20https://evil.example")]
    public async Task No_path_does_either(string path)
    {
        using var answer = await service.Scene.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(service.Scene.Url.GetLeftPart(UriPartial.Authority) + path)));

        await LeadsNowhereAsync(answer);
    }

    [Fact]
    public async Task Nor_does_the_name_the_browser_came_by()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, service.Callback);
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Original-URL", Evil);
        using var answer = await service.Scene.Anonymous.SendAsync(request);

        await LeadsNowhereAsync(answer);
    }

    private static async Task LeadsNowhereAsync(HttpResponseMessage answer)
    {
        var html = await answer.Content.ReadAsStringAsync();
        Assert.False((int)answer.StatusCode is >= 300 and < 400, $"It answered {(int)answer.StatusCode}.");
        Assert.Null(answer.Headers.Location);
        Assert.False(answer.Headers.Contains("Refresh"));
        Assert.False(answer.Content.Headers.Contains("Content-Location"));
        Assert.DoesNotContain("evil.example", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(WayOut(), html);
    }

    [GeneratedRegex("http-equiv|<a\\s|<form|<script|<iframe|<base|window\\.|href=", RegexOptions.IgnoreCase)]
    private static partial Regex WayOut();
}
