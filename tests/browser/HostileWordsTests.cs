using LarkService.BrowserTests.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests;

/// <summary>Words that would be markup or script stay words, in a real browser.</summary>
public sealed class HostileWordsTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> [go](javascript:alert(3)) <svg onload=alert(4)> \"'><b id=broken>";

    [Fact]
    public async Task What_a_person_writes_and_the_bot_repeats_on_a_card_does_nothing()
    {
        await using var sandbox = await SandboxRun.StartAsync("redirect");
        await using var context = await chromium.OpenAsync();
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        var dialogs = Watch(chat.Page);
        await chat.BecomeAsync(3);

        await chat.SayAsync(Hostile);
        var consent = await chat.ConsentAsync(chat.Card("Your consent is needed"), "Authorize", "allow");
        await Expect(consent.Locator("[data-result=authorized]")).ToBeVisibleAsync();
        await consent.CloseAsync();
        await Expect(chat.Messages.Last).ToContainTextAsync("In short");

        await Expect(chat.Page.Locator("[data-message-id] :is(img, script, svg[onload], #broken, a[href^='javascript:'])")).ToHaveCountAsync(0);
        Assert.Empty(dialogs);
    }

    [Fact]
    public async Task What_comes_back_with_a_browser_is_nowhere_on_the_page_and_leads_nowhere()
    {
        await using var sandbox = await SandboxRun.StartAsync("redirect");
        await using var context = await chromium.OpenAsync();
        var page = await context.NewPageAsync();
        var dialogs = Watch(page);
        var words = Uri.EscapeDataString(Hostile);

        await page.GotoAsync(new Uri(sandbox.ServiceUrl, $"/oauth/callback?code={words}&state={words}&next=https%3A%2F%2Fevil.example&redirect_uri=https%3A%2F%2Fevil.example").AbsoluteUri);

        await Expect(page.Locator("[data-result=unknownlink]")).ToBeVisibleAsync();
        await Expect(page.Locator("script, img, svg, a, form, iframe, #broken")).ToHaveCountAsync(0);
        Assert.StartsWith(sandbox.ServiceUrl.AbsoluteUri, page.Url, StringComparison.Ordinal);
        Assert.Empty(dialogs);
    }

    private static List<string> Watch(IPage page)
    {
        List<string> dialogs = [];
        page.Dialog += (_, dialog) =>
        {
            dialogs.Add(dialog.Message);
            _ = dialog.DismissAsync();
        };
        return dialogs;
    }
}
