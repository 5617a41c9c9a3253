using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests.Support;

/// <summary>
/// The pictures of <c>docs/cards.md</c>: every card in every language. They are taken anew when what they show has changed, and the
/// test fails until they are committed; else the cards are only read.
/// </summary>
internal sealed class CardGallery
{
    private const int MostBytes = 60 * 1024;
    private static readonly string Folder = Path.Combine(Repository.Root, "docs/images/cards");
    private static readonly SourceStamp Stamp = new(
        "docs/images/cards/sources.sha256",
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/LarkService/Authorization/Cards")).Where(f => !f.EndsWith("SessionCards.cs", StringComparison.Ordinal)),
            "src/LarkService/Messaging/Button.cs",
            "src/LarkService/Messaging/CardElement.cs",
            "src/LarkService/Messaging/CardHeader.cs",
            "src/LarkSandbox/wwwroot/css/base.css",
            "src/LarkSandbox/wwwroot/css/card.css",
            "src/LarkSandbox/wwwroot/js/card.js",
            "src/LarkSandbox/wwwroot/js/card-button.js",
            "src/LarkSandbox/wwwroot/js/inline.js",
            "src/LarkSandbox/wwwroot/js/markdown.js",
        ]);

    /// <summary>The language of the client, and how its pictures are named.</summary>
    private static readonly (string Client, string Name)[] Languages = [("zh-CN", "zh_cn"), ("ja-JP", "ja_jp"), ("en-US", "en_us")];

    private readonly bool _isOutOfDate;
    private readonly List<string> _shown = [];

    private CardGallery(bool isOutOfDate) => _isOutOfDate = isOutOfDate;

    public static async Task<CardGallery> OpenAsync()
    {
        Directory.CreateDirectory(Folder);
        return new CardGallery(await Stamp.IsOutOfDateAsync());
    }

    /// <summary>Reads the card in every language, and takes its pictures when they are out of date; the page speaks English afterwards.</summary>
    /// <param name="chat">Where the card is.</param>
    /// <param name="message">The message that is the card.</param>
    /// <param name="state">Names the pictures.</param>
    /// <param name="zh">Its title in Chinese.</param>
    /// <param name="ja">Its title in Japanese.</param>
    /// <param name="en">Its title in English.</param>
    public async Task ShowAsync(ChatPage chat, ILocator message, string state, string zh, string ja, string en)
    {
        await Expect(message.Locator("h3")).ToHaveTextAsync(en, new() { Timeout = 30_000 });
        var titles = new Dictionary<string, string> { ["zh_cn"] = zh, ["ja_jp"] = ja, ["en_us"] = en };
        await chat.Page.EvaluateAsync("document.getElementById('toasts').hidden = true");
        await chat.Page.Mouse.MoveAsync(0, 0);
        foreach (var (client, name) in Languages)
        {
            await chat.Page.GetByTestId("language").SelectOptionAsync(client);
            await Expect(message.Locator("h3")).ToHaveTextAsync(titles[name]);
            var words = await message.Locator(".card").InnerTextAsync();
            Assert.DoesNotMatch(@"&#\d|\*\*|</?(font|at|local_datetime|link)\b|\]\(http|undefined|Invalid Date|is not drawn here", words);
            await TakeAsync(message.Locator(".card"), $"{state}.{name}.png");
        }
    }

    /// <summary>Nothing was forgotten and nothing is left over.</summary>
    public async Task CloseAsync()
    {
        Assert.Equal(_shown.Order(StringComparer.Ordinal), Directory.EnumerateFiles(Folder, "*.png").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/cards.md"));
        Assert.All(_shown, name => Assert.Contains($"(images/cards/{name})", page, StringComparison.Ordinal));
        if (_isOutOfDate)
        {
            await Stamp.RenewAsync();
            Assert.Fail("The pictures of the cards were out of date. They have been taken anew: look at docs/images/cards and commit them with their stamp.");
        }
    }

    private async Task TakeAsync(ILocator card, string name)
    {
        _shown.Add(name);
        if (_isOutOfDate)
        {
            var picture = await card.ScreenshotAsync(new() { Path = Path.Combine(Folder, name), Animations = ScreenshotAnimations.Disabled });
            Assert.True(picture.Length <= MostBytes, $"{name} has {picture.Length} bytes.");
        }
    }
}
