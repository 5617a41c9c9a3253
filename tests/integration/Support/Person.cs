using System.Text.Json.Nodes;
using LarkSandbox.Cards;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkService.IntegrationTests.Support;

/// <summary>Somebody in the chat with the bot: writes, presses buttons, agrees in the browser, reads what comes.</summary>
internal sealed class Person(SandboxPlatform platform, DemoUser user)
{
    public const string Authorize = "consent.open";
    public const string Decline = "consent.decline";
    public const string Renew = "consent.renew";
    public const string Revoke = "grant.revoke";
    public const string AskAgain = "grant.ask";

    public string OpenId => user.OpenId;

    /// <summary>All the bot wrote to them.</summary>
    public IReadOnlyList<ChatMessage> Inbox => platform.SentTo(OpenId);

    /// <summary>Cards that ask for consent, or did.</summary>
    public IReadOnlyList<ChatMessage> AuthorizationCards => [.. Inbox.Where(m => m.Versions.Count > 0 && Asks(m.Versions[0].Card))];

    public ChatMessage Write(string text) => platform.SendText(OpenId, text).Message;

    public Task<ChatMessage> CardAsync(string what, Func<ChatMessage, bool> which, TimeSpan? within = null) =>
        Eventually.FindAsync(what, () => Inbox.LastOrDefault(m => m.Card is not null && which(m)), within);

    /// <summary>The newest card that asks and can be answered.</summary>
    public Task<ChatMessage> AskedAsync(TimeSpan? within = null) => CardAsync("a card that asks for consent", m => m.Button(Authorize) is not null && m.Color() == "blue", within);

    public Task<ClickResult> PressAsync(ChatMessage card, string action) => PressAsync(card, card.Button(action) ?? throw new InvalidOperationException($"The card has no button {action}: {card.Text()}"));

    public Task<ClickResult> PressAsync(ChatMessage card, JsonNode value) => platform.ClickAsync(OpenId, card.MessageId, value);

    /// <summary>Presses <em>Authorize</em> as a client does: the click goes to the app, the page opens.</summary>
    public async Task<Uri> OpenAsync(ChatMessage card)
    {
        var link = card.Link();
        var seen = await PressAsync(card, Authorize);
        Assert.Null(seen.Error);
        return link;
    }

    /// <summary>Presses <em>Authorize</em> and agrees on the page.</summary>
    public async Task<BrowserPage> AgreeAsync(ChatMessage card)
    {
        var link = await OpenAsync(card);
        using var browser = new Browser(OpenId);
        return await browser.AllowAsync(link);
    }

    /// <summary>The answer to a question, when the AI has given it.</summary>
    public Task<ChatMessage> AnswerAsync(ChatMessage question, TimeSpan? within = null) =>
        Eventually.FindAsync($"the answer to “{question.Content}”", () => Replies(question).FirstOrDefault(IsAnswer), within);

    /// <summary>A reply to what they wrote that says something.</summary>
    public Task<ChatMessage> ReplyAsync(ChatMessage to, string saying, TimeSpan? within = null) =>
        Eventually.FindAsync($"a reply with “{saying}”", () => Replies(to).FirstOrDefault(m => m.Text().Contains(saying, StringComparison.Ordinal)), within);

    public IReadOnlyList<ChatMessage> Replies(ChatMessage to) => [.. Inbox.Where(m => m.ReplyTo == to.MessageId)];

    /// <summary>The platform's AI begins every answer with a summary, in the language of the question; while its card grows it is not there yet.</summary>
    public static bool IsAnswer(ChatMessage message) =>
        message.Card?["config"]?["streaming_mode"] is null && message.Text() is var text && (text.Contains("In short", StringComparison.Ordinal) || text.Contains("一句话总结", StringComparison.Ordinal));

    private static bool Asks(JsonObject card) => card.ToJsonString().Contains(Authorize, StringComparison.Ordinal);
}
