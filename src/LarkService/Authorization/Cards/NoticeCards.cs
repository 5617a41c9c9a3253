using LarkService.Authorization.Chat;
using LarkService.Grants;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>Cards about a grant, apart from any session.</summary>
internal static class NoticeCards
{
    /// <summary>For somebody who agreed on a link that was meant for another person.</summary>
    public static Card AgreedForSomebodyElse() => new()
    {
        Header = new CardHeader(new("That link was for somebody else", "该链接属于其他人"), CardColor.Orange),
        Elements =
        [
            new Markdown(new(
                "You agreed on a page that was meant for another person. **Nothing was stored**, and nothing will be done in your name.",
                "你在属于其他人的授权页面上点击了同意。**未保存任何信息**，也不会以你的名义执行任何操作。")),
        ],
    };

    /// <summary>After a grant was taken back.</summary>
    public static Card Revoked(string openId, string by, string? reason = null) => new()
    {
        Header = new CardHeader(new("Your authorization was removed", "你的授权已撤销"), CardColor.Grey),
        Elements =
        [
            new Markdown((by, reason) switch
            {
                (RevokedBy.User, _) => new("You took your authorization back. Your tokens were deleted; nothing more will be done in your name.", "你已撤销授权，令牌已删除，此后不会再以你的名义执行任何操作。"),
                (RevokedBy.Platform, RevokeReasons.Administrator) => new("Your administrator took your authorization back in Feishu/Lark. Your tokens were deleted.", "管理员已在飞书/Lark 撤销你的授权，令牌已删除。"),
                (RevokedBy.Platform, RevokeReasons.Security) => new("Feishu/Lark took your authorization back for security reasons. Your tokens were deleted.", "飞书/Lark 因安全风控撤销了你的授权，令牌已删除。"),
                (RevokedBy.Platform, RevokeReasons.Restriction) => new("Feishu/Lark took your authorization back: you or this app may no longer use it. Your tokens were deleted.", "因你或此应用的使用受到限制，飞书/Lark 已撤销授权，令牌已删除。"),
                (RevokedBy.Platform, _) => new("Feishu/Lark reports that your authorization was taken back. Your tokens were deleted.", "飞书/Lark 通知你的授权已被撤销，令牌已删除。"),
                _ => new("An administrator removed your authorization. Your tokens were deleted.", "管理员已移除你的授权，令牌已删除。"),
            }),
            new ButtonRow(new Button(new("Authorize again", "重新授权")) { CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
        ],
    };

    /// <summary>A week before the platform asks for a new consent.</summary>
    public static Card EndsSoon(string openId, DateTimeOffset endsAt) => new()
    {
        Header = new CardHeader(new("Your authorization ends soon", "你的授权即将到期"), CardColor.Blue),
        Elements =
        [
            new Markdown(new(
                $"You agreed nearly a year ago, and Feishu/Lark lets an authorization last a year at most: yours ends on **{GrantWords.Day(endsAt)}**. "
                    + "Renew it now with one click and nothing is interrupted.",
                $"你的授权将于 **{GrantWords.Day(endsAt)}** 到期（飞书/Lark 规定授权最长有效一年）。现在点击一次即可续期，使用不受影响。")),
            new ButtonRow(new Button(new("Renew", "续期")) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
            new Note(new("If you no longer need it, there is nothing to do.", "如不再需要，无需任何操作。")),
        ],
    };

    /// <summary>Answer to <c>/auth</c>.</summary>
    public static Card Mine(string openId, UserGrant? grant) => grant switch
    {
        { Status: GrantStatus.Active } => new Card
        {
            Header = new CardHeader(new("Your authorization", "我的授权"), CardColor.Green),
            Elements =
            [
                new Markdown(new("This app may, on your behalf:", "此应用可以代表你：")),
                new Markdown(ScopeWords.List(grant.Scopes)),
                new Note(GrantWords.Until(grant, null)),
                new ButtonRow(
                    new Button(new("Revoke", "撤销授权"))
                    {
                        Style = ButtonStyle.Danger,
                        CallbackValue = CardActions.ForUser(CardActions.Revoke, openId),
                        Confirm = new ButtonConfirm(new("Take your authorization back?", "确定撤销授权？"), new("Nothing more will be done in your name.", "此后不会再以你的名义执行任何操作。")),
                    },
                    new Button(new("Ask again", "重新授权")) { CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
            ],
        },
        { Status: GrantStatus.ReauthorizationRequired } => Without(openId, new(
            "Your authorization has run out. Nothing is lost; agree once and everything goes on.", "你的授权已过期。没有丢失任何内容，重新同意一次即可继续。")),
        { Status: GrantStatus.Revoked } => Without(openId, new("Your authorization was removed.", "你的授权已撤销。")),
        _ => Without(openId, new("You have not authorized anything yet. You will be asked when something needs it.", "你还没有授权任何内容。需要时会向你请求。")),
    };

    /// <summary>Answer to <c>/revoke</c> when there is nothing to revoke.</summary>
    public static Card NothingToRevoke() => new()
    {
        Elements = [new Markdown(new("There is nothing to take back: you have no authorization in use.", "没有可撤销的授权。"))],
    };

    /// <summary>The user was asked too often within a minute.</summary>
    public static Card TooOften() => new()
    {
        Elements = [new Markdown(new("That was a bit fast. Please wait a minute and try again.", "操作过于频繁，请稍等一分钟再试。"))],
    };

    /// <summary>The platform did not let us ask.</summary>
    public static Card CouldNotAsk() => new()
    {
        Elements = [new Markdown(new("I could not prepare the authorization just now. Please try again in a moment.", "暂时无法发起授权，请稍后再试。"))],
    };

    /// <summary>What the user wished for waits on a card that is there already.</summary>
    public static Card AnswerTheOther() => new()
    {
        Elements =
        [
            new Markdown(new(
                "A card that asks for this is already waiting for you: please answer the authorization card above.",
                "已有一张授权卡片在等待处理：请处理上方的授权卡片。",
                "この内容の認可カードはすでに送信されています。上にある認可カードで回答してください。")),
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
        Header = new CardHeader(new("Your authorization", "我的授权"), CardColor.Grey),
        Elements =
        [
            new Markdown(text),
            new ButtonRow(new Button(new("Authorize", "授权")) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForUser(CardActions.AskAgain, openId) }),
        ],
    };
}
