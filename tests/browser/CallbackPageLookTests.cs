using LarkService.BrowserTests.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests;

/// <summary><c>/oauth/callback</c> on the devices people have.</summary>
public sealed class CallbackPageLookTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Hostile = "?state=<script>document.title='owned'</script>&error=<img src=x onerror=alert(1)>";

    [Fact]
    public async Task The_page_fits_a_phone_in_light_and_dark_and_in_every_language()
    {
        await using var sandbox = await SandboxRun.StartAsync("redirect");
        foreach (var (locale, tag, title) in ((string, string, string)[])[("zh-CN", "zh-CN", "链接已失效"), ("ja-JP", "ja", "このリンクは無効です"), ("en-GB", "en", "This link is not valid any more"), ("fr-FR", "en", "This link is not valid any more")])
        {
            await using var context = await chromium.OpenAsync(360, 640, locale);
            var page = await context.NewPageAsync();
            await page.GotoAsync(new Uri(sandbox.ServiceUrl, "/oauth/callback" + Hostile).AbsoluteUri);

            await Expect(page.Locator("h1")).ToHaveTextAsync(title);
            await Expect(page).ToHaveTitleAsync(title);
            Assert.Equal(tag, await page.Locator("html").GetAttributeAsync("lang"));
            Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
            Assert.NotEqual("rgba(0, 0, 0, 0)", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main')).backgroundColor")); // the style passes its own policy
            var light = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
            await page.ScreenshotAsync(new() { Path = Path.Combine(ReadmeScreenshot.Results, $"callback-{locale}-light.png") });
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            Assert.NotEqual(light, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
            await page.ScreenshotAsync(new() { Path = Path.Combine(ReadmeScreenshot.Results, $"callback-{locale}-dark.png") });
        }
    }
}
