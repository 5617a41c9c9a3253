using System.Security.Cryptography;
using System.Text;
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
    private static readonly string Folder = Path.Combine(Repository.Root, "docs/images");
    private static readonly string[] Sources = ["src/LarkSandbox/Pages", "src/LarkSandbox/wwwroot", "src/LarkService/Authorization/Cards", "src/LarkService/Apaas/Ai"];

    public static string Results { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "TestResults", "screenshots")).FullName;

    public static async Task KeepFreshAsync(IPage page, string flow)
    {
        await page.Mouse.MoveAsync(0, 0);
        await Assertions.Expect(page.Locator(".toast")).ToHaveCountAsync(0); // they pass, and cover what is under them
        var picture = await page.ScreenshotAsync(new() { Path = Path.Combine(Results, $"journey-{flow}.png"), Animations = ScreenshotAnimations.Disabled });
        var stamp = Path.Combine(Folder, "chat.sources.sha256");
        var now = await HashAsync();
        if (flow != "device" || (File.Exists(stamp) && (await File.ReadAllTextAsync(stamp)).Trim() == now))
        {
            return;
        }

        Directory.CreateDirectory(Folder);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "chat.png"), picture);
        await File.WriteAllTextAsync(stamp, now + "\n");
        Assert.Fail("The README's screenshot was out of date. It has been taken anew: look at docs/images/chat.png and commit it with its stamp.");
    }

    private static async Task<string> HashAsync()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Sources.SelectMany(s => Directory.EnumerateFiles(Path.Combine(Repository.Root, s), "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Repository.Root, file)));
            hash.AppendData(await File.ReadAllBytesAsync(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
