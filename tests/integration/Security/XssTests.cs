using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary>Words that others wrote, on the page and on the card: they are shown, and do nothing.</summary>
public sealed class XssTests(RedirectService service) : IClassFixture<RedirectService>
{
    private const string Script = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}";

    [Theory]
    [InlineData("code")]
    [InlineData("state")]
    [InlineData("error")]
    [InlineData("error_description")]
    [InlineData("anything")]
    public async Task Nothing_of_the_query_is_on_the_page(string parameter)
    {
        using var answer = await service.Scene.Anonymous.GetAsync(new Uri(service.Callback, $"?{parameter}={Uri.EscapeDataString(Script)}"));

        await IsHarmlessAsync(answer);
    }

    [Fact]
    public async Task Nor_is_an_error_that_comes_with_a_state_of_ours()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);

        using var answer = await service.Scene.Anonymous.GetAsync(new Uri(
            service.Callback, $"?error={Uri.EscapeDataString(Script)}&error_description={Uri.EscapeDataString(Script)}&state={asked.State}"));

        await IsHarmlessAsync(answer);
        await asked.Card.TurnsAsync("red");
        Assert.DoesNotContain("alert(", asked.Card.Text(), StringComparison.Ordinal);
        Assert.Equal("consent_page", (await service.Scene.Api.GetAsync($"/api/v1/authorizations/{asked.SessionId}"))["errorCode"]);
    }

    [Theory]
    [InlineData("Accept-Language", "zh\"><script>alert(1)</script>")]
    [InlineData("User-Agent", "<script>alert(1)</script>")]
    [InlineData("Cookie", "a=<script>alert(1)</script>")]
    public async Task Nor_is_anything_of_the_headers(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, service.Callback);
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await service.Scene.Anonymous.SendAsync(request);

        await IsHarmlessAsync(answer);
    }

    [Fact]
    public async Task The_page_lets_its_own_style_through_and_no_script_at_all()
    {
        using var first = await service.Scene.Anonymous.GetAsync(service.Callback);
        using var second = await service.Scene.Anonymous.GetAsync(service.Callback);
        var (one, two) = (Policy(first), Policy(second));

        Assert.StartsWith("default-src 'none'; style-src 'nonce-", one, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", one, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'", one, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", one, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", one, StringComparison.Ordinal);
        Assert.NotEqual(one, two); // a nonce is used once
        Assert.Equal("nosniff", Assert.Single(first.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_name_that_would_be_markup_is_a_name_on_the_card()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        var info = new JsonObject
        {
            ["code"] = 0,
            ["data"] = new JsonObject
            {
                ["open_id"] = person.OpenId,
                ["name"] = "<at id=all></at>[x](https://evil.example)",
                ["en_name"] = "<script>alert(1)</script><font color='red'>![x](img_1)**[Authorize](https://evil.example)",
            },
        };
        service.Scene.Platform.Faults.Board.FailNext("/open-apis/authen/v1/user_info", 200, info.ToJsonString());

        Assert.Equal("authorized", (await person.AgreeAsync(asked.Card)).Result);

        await asked.Card.TurnsAsync("green");
        IsInert(asked.Card.Text());
    }

    [Fact]
    public async Task A_reason_that_would_be_a_button_is_a_reason_on_the_card()
    {
        var person = service.Somebody();
        var reason = "<at id=all></at>\n[Authorize](https://evil.example)\n<button>Yes</button><font color='red'>x</font>\n# Heading\n\u202Egnp.exe";
        var asked = (await service.Scene.Api.PostAsync("/api/v1/authorizations", new { openId = person.OpenId, reason })).Must(HttpStatusCode.Created);
        var card = service.Scene.Platform.FindMessage(asked["messageId"]!)!;

        IsInert(card.Text());
        Assert.DoesNotContain('\u202E', card.Text());
        Assert.Equal(service.Scene.SandboxUrl.Host, card.Link().Host);
    }

    // Inert is what the platform's markdown cannot take for anything: its special characters stand there as entities.
    private static void IsInert(string text)
    {
        Assert.DoesNotContain("<at", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<button", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("](https://evil.example", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\n# Heading", text, StringComparison.Ordinal);
    }

    private static string Policy(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));

    private static async Task IsHarmlessAsync(HttpResponseMessage answer)
    {
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.DoesNotContain("alert(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("49}}", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", Policy(answer), StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }
}
