using LarkService.BrowserTests.Support;
using Microsoft.Playwright;
using Xunit;

namespace LarkService.BrowserTests;

/// <summary>
/// The README shows the chat page as it is. The picture is taken in every run; the one in <c>docs/images</c> is replaced, and the
/// test fails until that is committed, when the page's sources have changed since.
/// </summary>
internal static class ReadmeScreenshot
{
    private static readonly string Picture = Path.Combine(Repository.Root, "docs/images/chat.png");
    private static readonly SourceStamp Stamp = new(
        "docs/images/chat.sources.sha256", ["src/LarkSandbox/Pages", "src/LarkSandbox/wwwroot", "src/LarkService/Authorization/Cards", "src/LarkService/Apaas/Ai"]);

    public static string Results { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "TestResults", "screenshots")).FullName;

    public static async Task KeepFreshAsync(IPage page, string flow)
    {
        await page.Mouse.MoveAsync(0, 0);
        await Assertions.Expect(page.Locator(".toast")).ToHaveCountAsync(0); // they pass, and cover what is under them
        var picture = await page.ScreenshotAsync(new() { Path = Path.Combine(Results, $"journey-{flow}.png"), Animations = ScreenshotAnimations.Disabled });
        if (flow != "device" || !await Stamp.IsOutOfDateAsync())
        {
            return;
        }

        await File.WriteAllBytesAsync(Picture, picture);
        await Stamp.RenewAsync();
        Assert.Fail("The README's screenshot was out of date. It has been taken anew: look at docs/images/chat.png and commit it with its stamp.");
    }
}
