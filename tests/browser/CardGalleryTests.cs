using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.BrowserTests.Support;
using LarkService.Platform;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests;

/// <summary>
/// Every card about consent, as a person gets it: a real service and the sandbox go through every state. Two cards that do not come
/// about in a minute (superseded, ends soon) are written by the service's own code and sent by the bot.
/// </summary>
public sealed class CardGalleryTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Reason = "Summarise the weekly meeting into the project table.\nAsked for by: Project Hub";
    private static readonly string[] Scopes =
        ["aily:run:write", "aily:session:write", "minutes:minutes.transcript:export", "app_engine:workspace.table.record:write"];

    [Fact]
    public async Task Every_state_of_the_card_can_be_read_in_every_language()
    {
        var gallery = await CardGallery.OpenAsync();
        await using var brief = await SandboxRun.StartAsync("redirect", ("Authorization__SessionLifetime", "00:00:05"));
        await using var sandbox = await SandboxRun.StartAsync(
            "redirect", ("Authorization__RequestsPerMinutePerUser", "100"), ("Authorization__CardCooldown", "00:00:00"), ("Authorization__PrivacyPolicyUrl", "https://example.com/privacy"));
        using var hasty = new SandboxCalls(brief);
        using var calls = new SandboxCalls(sandbox);
        await using var context = await chromium.OpenAsync(height: 1500);
        await using var elsewhere = await chromium.OpenAsync(height: 1500);

        var expiring = await hasty.AskAsync(brief.Users[0], "concise", Reason, Scopes[0]);
        var chat = await ChatAsync(context, sandbox, 1);
        await AskingAsync(gallery, chat, calls, sandbox.Users[0]);
        await GrantedAsync(gallery, chat, calls, sandbox.Users[0]);
        await WrongPersonAsync(gallery, chat, await ChatAsync(elsewhere, sandbox, 3), calls, sandbox.Users[0]);
        await WrittenAsync(gallery, chat, calls, sandbox);
        var late = await ChatAsync(context, brief, 1);
        await gallery.ShowAsync(late, late.Message(expiring), "expired", "授权链接已过期", "リンクの有効期限が切れました", "The link has expired");

        await gallery.CloseAsync();
    }

    /// <summary>Asked in detail, declined; asked in short, opened, agreed.</summary>
    private static async Task AskingAsync(CardGallery gallery, ChatPage chat, SandboxCalls calls, string openId)
    {
        var detailed = chat.Message(await calls.AskAsync(openId, "detailed", Reason, Scopes));
        await gallery.ShowAsync(chat, detailed, "asking-detailed", "需要你的授权", "認可が必要です", "Your consent is needed");
        await detailed.GetByRole(AriaRole.Button, new() { Name = "Decline", Exact = true }).ClickAsync();
        await gallery.ShowAsync(chat, detailed, "declined", "你已拒绝授权", "認可を拒否しました", "You declined");

        var concise = chat.Message(await calls.AskAsync(openId, "concise", Reason, Scopes));
        await gallery.ShowAsync(chat, concise, "asking", "需要你的授权", "認可が必要です", "Your consent is needed");
        var page = await chat.PressAsync(concise, "Authorize");
        await gallery.ShowAsync(chat, concise, "opened", "请在打开的页面中完成授权", "開いたページで認可を完了してください", "Finish in the page that opened");
        await AllowAsync(page, "authorized");
        await gallery.ShowAsync(chat, concise, "authorized", "授权成功", "認可しました", "Authorized");
    }

    /// <summary>What one has authorized; what has run out; what one took back.</summary>
    private static async Task GrantedAsync(CardGallery gallery, ChatPage chat, SandboxCalls calls, string openId)
    {
        await chat.SayAsync("/auth");
        await gallery.ShowAsync(chat, chat.CardTitled("我的授权", "あなたの認可", "Your authorization"), "mine", "我的授权", "あなたの認可", "Your authorization");

        await calls.RefreshInVainAsync(openId);
        var renewal = chat.CardTitled("你的授权已过期", "認可の有効期限が切れました", "Your authorization has run out");
        await gallery.ShowAsync(chat, renewal, "renewal", "你的授权已过期", "認可の有効期限が切れました", "Your authorization has run out");
        await AllowAsync(await chat.PressAsync(renewal, "Authorize"), "authorized");
        await Expect(renewal).ToHaveCountAsync(0);

        await chat.SayAsync("/revoke");
        await gallery.ShowAsync(
            chat, chat.CardTitled("你的授权已撤销", "認可が取り消されました", "Your authorization was removed"), "revoked", "你的授权已撤销", "認可が取り消されました", "Your authorization was removed");
    }

    /// <summary>Somebody else agrees first; then the platform does not let the right person.</summary>
    private static async Task WrongPersonAsync(CardGallery gallery, ChatPage chat, ChatPage other, SandboxCalls calls, string openId)
    {
        var messageId = await calls.AskAsync(openId, "concise", Reason, Scopes);
        var card = chat.Message(messageId);
        var stranger = await other.Page.Context.NewPageAsync();
        await stranger.GotoAsync((await calls.LinkAsync(openId, messageId)).AbsoluteUri);
        await AllowAsync(stranger, "wrongperson");
        await Expect(card).ToContainTextAsync("Somebody else opened this link");
        await gallery.ShowAsync(chat, card, "wrong-person", "需要你的授权", "認可が必要です", "Your consent is needed");
        await gallery.ShowAsync(
            other, other.CardTitled("该链接属于其他人", "別の方宛てのリンクでした", "That link was for somebody else"), "somebody-else", "该链接属于其他人", "別の方宛てのリンクでした", "That link was for somebody else");

        var page = await chat.PressAsync(card, "Authorize");
        await calls.FailTokenCallAsync(20010);
        await AllowAsync(page, "failed");
        await gallery.ShowAsync(chat, card, "failed", "授权未成功", "認可できませんでした", "The authorization did not work");
        var reference = await page.Locator("small code").InnerTextAsync();
        await Expect(card).ToContainTextAsync($"Reference: {reference} · platform_20010"); // the page and the card name the same
    }

    /// <summary>What needs a wider request at the same moment, or a year.</summary>
    private static async Task WrittenAsync(CardGallery gallery, ChatPage chat, SandboxCalls calls, SandboxRun sandbox)
    {
        var now = TimeProvider.System.GetUtcNow();
        var session = new AuthorizationSession
        {
            SessionId = RandomIds.Create(128),
            AppId = sandbox.AppId,
            OpenId = sandbox.Users[0],
            Flow = SessionFlow.Redirect,
            Origin = SessionOrigin.Rest,
            State = SessionState.Superseded,
            Scopes = ScopeSet.Of(Scopes),
            CreatedAt = now,
            ExpiresAt = now.AddMinutes(10),
        };
        var superseded = await calls.SendCardAsync(sandbox.Users[0], SessionCard.For(session, null, null, null).ToJsonString());
        await gallery.ShowAsync(chat, chat.Message(superseded), "superseded", "已被新的请求取代", "新しい依頼に置き換えられました", "Replaced by a newer request");
        var endsSoon = await calls.SendCardAsync(sandbox.Users[0], NoticeCards.EndsSoon(sandbox.Users[0], now.AddDays(7)).ToJsonString());
        await gallery.ShowAsync(chat, chat.Message(endsSoon), "ends-soon", "你的授权即将到期", "認可の期限が近づいています", "Your authorization ends soon");
    }

    private static async Task<ChatPage> ChatAsync(IBrowserContext context, SandboxRun sandbox, int user)
    {
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(user);
        await chat.Page.GetByTestId("language").SelectOptionAsync("en-US");
        return chat;
    }

    /// <summary>Agrees on the consent page, and reads what the service's own page says then.</summary>
    private static async Task AllowAsync(IPage consent, string result)
    {
        await consent.Locator("#allow").ClickAsync();
        await Expect(consent.Locator($"[data-result={result}]")).ToBeVisibleAsync();
    }
}
