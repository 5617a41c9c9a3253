using LarkService.BrowserTests.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests;

public sealed class FaultPanelTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Sliders_and_switches_trouble_the_line_by_keyboard_too_and_one_button_makes_all_well()
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync();
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);
        var page = chat.Page;
        await Expect(page.GetByTestId("faults-now")).ToContainTextAsync("Everything is well");
        await Expect(page.GetByTestId("fault-reset")).ToBeDisabledAsync();

        // Latency by keyboard, loss by pointer, a switch by the space bar
        await page.GetByTestId("fault-latency").FocusAsync();
        for (var step = 0; step < 3; step++)
        {
            await page.Keyboard.PressAsync("ArrowRight");
        }

        await page.GetByTestId("fault-loss").FillAsync("20");
        await page.GetByTestId("fault-split").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        foreach (var told in new[] { "latency 150 ms", "loss 20 %", "split above 200 B" })
        {
            await Expect(page.GetByTestId("faults-now")).ToContainTextAsync(told);
        }

        await Expect(page.GetByTestId("fault-split")).ToHaveAttributeAsync("aria-checked", "true");
        await Expect(page.GetByTestId("fault-latency")).ToHaveAttributeAsync("aria-valuetext", "150 ms");

        // Another page shows the same
        var other = await ChatPage.OpenAsync(context, sandbox.Url);
        await Expect(other.Page.GetByTestId("fault-loss-value")).ToHaveTextAsync("20 %");

        // The wire shows what comes of it, and the answer comes all the same
        await chat.SayAsync("/help");
        await Expect(chat.Card("/revoke")).ToBeVisibleAsync();
        await Expect(page.Locator(".wire-row", new() { HasText = "of 4" }).First).ToBeAttachedAsync();
        await page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled, Path = Path.Combine(ReadmeScreenshot.Results, "faults.png") });

        await page.GetByTestId("fault-reset").ClickAsync();
        await Expect(page.GetByTestId("faults-now")).ToHaveTextAsync("Everything is well.");
        await Expect(page.GetByTestId("fault-latency")).ToHaveValueAsync("0");
        await Expect(other.Page.GetByTestId("fault-split")).ToHaveAttributeAsync("aria-checked", "false");
    }

    [Fact]
    public async Task A_restart_is_seen_and_survived()
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync();
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);
        await Expect(chat.Page.GetByTestId("link-state")).ToContainTextAsync("2 connected");

        await chat.Page.GetByTestId("fault-restart").ClickAsync();
        await Expect(chat.Page.GetByTestId("link-state")).ToContainTextAsync("not connected");
        await Expect(chat.Page.GetByTestId("faults-now")).ToContainTextAsync("restart");

        await Expect(chat.Page.GetByTestId("link-state")).ToContainTextAsync("2 connected", new() { Timeout = 30_000 });
        await Expect(chat.Page.Locator(".wire-row[data-kind=fault]", new() { HasText = "restarted" })).ToBeAttachedAsync();
    }

    [Theory]
    [InlineData(390, 844)]
    [InlineData(320, 640)]
    public async Task The_panel_fits_a_phone(int width, int height)
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync(width, height);
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);
        await chat.Page.GetByTestId("tab-wire").ClickAsync();
        await Expect(chat.Page.GetByTestId("fault-latency")).ToBeHiddenAsync(); // folded, what is broken stays in sight
        await chat.Page.Locator("#faults > summary").ClickAsync();
        await chat.Page.GetByTestId("fault-silent").ClickAsync();
        await Expect(chat.Page.GetByTestId("faults-now")).ToContainTextAsync("network silent");
        await chat.Page.GetByTestId("fault-reset").ClickAsync();

        Assert.Equal(0, await chat.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        await chat.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled, Path = Path.Combine(ReadmeScreenshot.Results, $"phone-{width}-faults.png") });
    }
}
