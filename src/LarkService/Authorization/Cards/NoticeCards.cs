using LarkService.Grants;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>Cards about a grant, apart from any session.</summary>
internal static class NoticeCards
{
    /// <summary>For somebody who agreed on a link that was meant for another person.</summary>
    public static Card AgreedForSomebodyElse() => new()
    {
        Header = new CardHeader(new("That link was for somebody else", "该链接属于其他人", "別の方宛てのリンクでした"), CardColor.Orange),
        Elements =
        [
            new Markdown(new(
                "You agreed on a page that was meant for another person. **Nothing was stored**, and nothing will be done in your name.",
                "你在属于其他人的授权页面上点击了同意。**未保存任何信息**，也不会以你的名义执行任何操作。",
                "別の方宛ての認可ページで許可されました。**何も保存されておらず**、あなたの名義で操作が行われることもありません。")),
        ],
    };

    /// <summary>After a grant was taken back.</summary>
    public static Card Revoked(string openId, string by, string? reason = null) => new()
    {
        Header = new CardHeader(new("Your authorization was removed", "你的授权已撤销", "認可が取り消されました"), CardColor.Grey),
        Elements =
        [
            new Markdown(RevokedWords.For(by, reason)),
            new ButtonRow(new Button(new("Authorize again", "重新授权", "もう一度認可する")) { CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
        ],
    };

    /// <summary>A week before the platform asks for a new consent.</summary>
    public static Card EndsSoon(string openId, DateTimeOffset endsAt) => new()
    {
        Header = new CardHeader(new("Your authorization ends soon", "你的授权即将到期", "認可の期限が近づいています"), CardColor.Blue),
        Elements =
        [
            new Markdown(new(
                $"You agreed nearly a year ago, and Feishu/Lark lets an authorization last a year at most: yours ends on {LocalTime.Day(endsAt)}. "
                    + "Renew it now with one click and nothing is interrupted.",
                $"你的授权将于 {LocalTime.Day(endsAt)} 到期（飞书/Lark 规定授权最长有效一年）。现在点击一次即可续期，使用不受影响。",
                $"あなたの認可は {LocalTime.Day(endsAt)} に期限を迎えます（Feishu/Lark の認可は最長 1 年です）。今クリックすれば、中断なく更新できます。")),
            new ButtonRow(new Button(new("Renew", "续期", "更新する")) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
            new Note(new("If you no longer need it, there is nothing to do.", "如不再需要，无需任何操作。", "不要な場合は、何もする必要はありません。")),
        ],
    };

    /// <summary>Answer to <c>/auth</c>.</summary>
    public static Card Mine(string openId, UserGrant? grant) => grant switch
    {
        { Status: GrantStatus.Active } => Active(openId, grant),
        { Status: GrantStatus.ReauthorizationRequired } => Without(openId, new(
            "Your authorization has run out. Nothing is lost; agree once and everything goes on.",
            "你的授权已过期。没有丢失任何内容，重新同意一次即可继续。",
            "認可の有効期限が切れました。何も失われていません。もう一度許可すれば、そのまま続けられます。")),
        { Status: GrantStatus.Revoked } => Without(openId, new("Your authorization was removed.", "你的授权已撤销。", "認可は取り消されています。")),
        _ => Without(openId, new(
            "You have not authorized anything yet. You will be asked when something needs it.",
            "你还没有授权任何内容。需要时会向你请求。",
            "まだ何も認可していません。必要になったときにお尋ねします。")),
    };

    /// <summary>Answer to <c>/revoke</c> when there is nothing to revoke.</summary>
    public static Card NothingToRevoke() => Saying(new(
        "There is nothing to take back: you have no authorization in use.", "没有可撤销的授权。", "取り消す認可はありません。現在有効な認可がないためです。"));

    /// <summary>The user was asked too often within a minute.</summary>
    public static Card TooOften() => Saying(new(
        "That was a bit fast. Please wait a minute and try again.", "操作过于频繁，请稍等一分钟再试。", "操作が多すぎます。1 分ほど待ってから、もう一度お試しください。"));

    /// <summary>The platform did not let us ask.</summary>
    public static Card CouldNotAsk() => Saying(new(
        "I could not prepare the authorization just now. Please try again in a moment.", "暂时无法发起授权，请稍后再试。", "ただいま認可の準備ができませんでした。しばらくしてからもう一度お試しください。"));

    private static Card Active(string openId, UserGrant grant)
    {
        var name = GrantWords.Name(grant);
        var app = MarkdownText.EscapeLine(grant.AppId, 64);
        return new Card
        {
            Header = new CardHeader(new("Your authorization", "我的授权", "あなたの認可"), CardColor.Green),
            Elements =
            [
                new Markdown(new(
                    $"{(name.En.Length > 0 ? $"**{name.En}**, this" : "This")} app may act on your behalf. It is allowed to:",
                    $"{(name.Zh.Length > 0 ? $"**{name.Zh}**，" : "")}此应用可以代表你执行操作。已授权内容：",
                    $"{(name.Ja.Length > 0 ? $"**{name.Ja}** さん、" : "")}このアプリはあなたに代わって操作できます。許可した内容：")),
                .. ScopeWords.List(grant.Scopes),
                new Markdown(GrantWords.Until(grant, null)) { Small = true },
                new ButtonRow(
                    new Button(new("Revoke", "撤销授权", "取り消す"))
                    {
                        Style = ButtonStyle.Danger,
                        CallbackValue = CardActions.ForUser(CardActions.Revoke, openId),
                        Confirm = new ButtonConfirm(
                            new("Take your authorization back?", "确定撤销授权？", "認可を取り消しますか？"),
                            new("Nothing more will be done in your name.", "此后不会再以你的名义执行任何操作。", "今後、あなたの名義で操作が行われることはありません。")),
                    },
                    new Button(new("Ask again", "重新授权", "もう一度認可する")) { CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
                new Note(new($"App {app}", $"应用 {app}", $"アプリ {app}")),
            ],
        };
    }

    private static Card Saying(LocalizedText text) => new() { Elements = [new Markdown(text)], Summary = text };

    /// <summary>What the user wished for waits on a card that is there already.</summary>
    public static Card AnswerTheOther() => new()
    {
        Elements =
        [
            new Markdown(new(
                "A card that asks for this is already waiting for you: please answer that card, above or in another chat.",
                "已有一张授权卡片在等待处理：请处理上方或其他聊天中的授权卡片。",
                "この内容の認可カードはすでに送信されています。上または別のチャットにある認可カードで回答してください。")),
        ],
    };

    /// <summary>The app itself lacks a scope; asking the user would be in vain.</summary>
    public static Card AdministratorMustAct() => new()
    {
        Elements =
        [
            new Markdown(new(
                "This app is not set up for that yet. Your administrator has to change its permissions; there is nothing you need to do.",
                "此应用尚未开通所需权限，需由管理员处理，你无需任何操作。",
                "このアプリにはまだ必要な権限が設定されていません。管理者による対応が必要ですので、操作していただくことはありません。")),
        ],
    };

    private static Card Without(string openId, LocalizedText text) => new()
    {
        Header = new CardHeader(new("Your authorization", "我的授权", "あなたの認可"), CardColor.Grey),
        Elements =
        [
            new Markdown(text),
            new ButtonRow(new Button(new("Authorize", "授权", "許可する")) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
        ],
    };
}
