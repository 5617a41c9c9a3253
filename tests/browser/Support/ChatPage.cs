using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace LarkService.BrowserTests.Support;

/// <summary>The chat page as a person uses it.</summary>
public sealed class ChatPage(IPage page)
{
    public IPage Page => page;

    public ILocator Messages => page.Locator("[data-message-id][data-from=bot]");

    public static async Task<ChatPage> OpenAsync(IBrowserContext context, Uri url)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(url.AbsoluteUri);
        return new ChatPage(page);
    }

    /// <param name="user">1, 2 or 3.</param>
    public async Task BecomeAsync(int user)
    {
        var picker = page.GetByTestId($"pick-{user}");
        await page.Locator($"[data-testid=pick-{user}]:visible, [data-testid=user-{user}]:visible").First.ClickAsync();
        await picker.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    public async Task SayAsync(string text)
    {
        await page.GetByTestId("composer").FillAsync(text);
        await page.GetByTestId("send").ClickAsync();
    }

    /// <summary>The newest card of the bot with these words in it.</summary>
    public ILocator Card(string words) => Messages.Filter(new() { HasText = words }).Last;

    public ILocator Message(string messageId) => page.Locator($"[data-message-id='{messageId}']");

    /// <summary>The newest card with this title, in whatever language the page speaks.</summary>
    public ILocator CardTitled(params string[] titles) =>
        Messages.Filter(new() { Has = page.Locator("h3", new() { HasTextRegex = new Regex($"^({string.Join('|', titles.Select(Regex.Escape))})$") }) }).Last;

    /// <summary>Presses a button that opens a page.</summary>
    public async Task<IPage> PressAsync(ILocator card, string button)
    {
        var opened = page.Context.WaitForPageAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        return await opened;
    }

    /// <summary>Presses <em>Authorize</em> and answers the page that opens.</summary>
    public async Task<IPage> ConsentAsync(ILocator card, string button, string decision)
    {
        var consent = await PressAsync(card, button);
        await consent.Locator($"#{decision}").ClickAsync();
        return consent;
    }
}
