using LarkService.Authorization.Flows;
using LarkService.Messaging;

namespace LarkService.Authorization.Pages;

/// <summary>What the page says for each result.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Tone">Colour of the mark.</param>
/// <param name="Mark">A sign for those who do not read.</param>
/// <param name="Title">What happened.</param>
/// <param name="Text">What to do now.</param>
/// <param name="ReferenceLabel">Stands before the reference.</param>
internal sealed record CallbackWords(int Status, string Tone, string Mark, string Title, string Text, string ReferenceLabel)
{
    private static readonly LocalizedText ReferenceWord = new("Reference:", "编号：", "参照番号：");

    /// <param name="result">What came of it.</param>
    /// <param name="language">One of <see cref="Languages"/>; English for any other.</param>
    public static CallbackWords For(CallbackResult result, string language)
    {
        var (status, tone, mark) = Look(result);
        var (title, text) = Say(result);
        return new(status, tone, mark, title.In(language), text.In(language), ReferenceWord.In(language));
    }

    private static (LocalizedText Title, LocalizedText Text) Say(CallbackResult result) => result switch
    {
        CallbackResult.Authorized => (
            new("You are done", "授权完成", "認可が完了しました"),
            new(
                "Go back to the chat: the card has changed and everything that waited for you goes on. You can close this page.",
                "请返回聊天：卡片已更新，等待中的任务会自动继续。可以关闭此页面。",
                "チャットに戻ってください。カードが更新され、待っていた処理は自動で再開します。このページは閉じてかまいません。")),
        CallbackResult.Declined => (
            new("You declined", "你已拒绝授权", "認可を拒否しました"),
            new(
                "Nothing was shared and nothing was stored. You can close this page.",
                "没有共享或保存任何信息。可以关闭此页面。",
                "何も共有されず、何も保存されていません。このページは閉じてかまいません。")),
        CallbackResult.WrongPerson => (
            new("This link is for somebody else", "此链接属于其他人", "別の方宛てのリンクです"),
            new(
                "You agreed with an account the link was not made for. Nothing was stored. Please ask for a card of your own in chat.",
                "你使用的账号不是该链接对应的账号，未保存任何信息。请在聊天中获取你自己的授权卡片。",
                "リンクの宛先とは異なるアカウントで許可されました。何も保存されていません。チャットでご自身のカードを取得してください。")),
        CallbackResult.Expired => (
            new("The link has expired", "链接已过期", "リンクの有効期限が切れました"),
            new(
                "Nothing was stored. Press “Get a new link” on the card in chat.",
                "未保存任何信息。请在聊天卡片上点击“获取新链接”。",
                "何も保存されていません。チャットのカードで「新しいリンクを取得」を押してください。")),
        CallbackResult.CodeSpent => (
            new("This step was already used", "此步骤已使用过", "この手順は使用済みです"),
            new(
                "Nothing was stored. There is a fresh link on the card in chat; please use that one.",
                "未保存任何信息。聊天卡片上已有新的链接，请使用新链接。",
                "何も保存されていません。チャットのカードに新しいリンクがありますので、そちらをお使いください。")),
        CallbackResult.Failed => (
            new("The authorization did not work", "授权未成功", "認可できませんでした"),
            new(
                "Feishu/Lark did not accept it or did not answer. Nothing was stored. The card in chat says more and lets you try again.",
                "飞书/Lark 未接受或未响应，未保存任何信息。请查看聊天卡片了解原因并重试。",
                "Feishu/Lark が受け付けなかったか、応答しませんでした。何も保存されていません。チャットのカードで理由を確認し、もう一度お試しください。")),
        CallbackResult.Finishing => (
            new("Your consent is being finished", "正在完成授权", "認可を処理しています"),
            new(
                "Many people agreed at this moment, so it takes a little longer. The card in chat will change by itself. You can close this page.",
                "当前授权人数较多，需要稍等片刻。聊天中的卡片会自动更新，可以关闭此页面。",
                "現在多くの方が認可しているため、少し時間がかかります。チャットのカードは自動で更新されます。このページは閉じてかまいません。")),
        CallbackResult.TooMany => (
            new("Please wait a little", "请稍候再试", "しばらくお待ちください"),
            new(
                "Too many people came from your network at once. Nothing was lost: reload this page in a few minutes, or go back to the card in chat.",
                "当前网络的访问人数过多。没有丢失任何信息：请几分钟后刷新此页面，或返回聊天中的卡片。",
                "ご利用のネットワークからのアクセスが集中しています。失われたものはありません。数分後にこのページを再読み込みするか、チャットのカードに戻ってください。")),
        CallbackResult.NotNow => (
            new("This does not work at the moment", "暂时无法处理", "現在処理できません"),
            new(
                "Something here does not answer. Reload this page in a few seconds; if it says then that the link is not valid any more, look at the card in chat.",
                "服务暂时没有响应。请几秒后刷新此页面；如果届时提示链接已失效，请查看聊天中的卡片。",
                "サービスが応答していません。数秒後にこのページを再読み込みしてください。リンクが無効と表示された場合は、チャットのカードを確認してください。")),
        _ => (
            new("This link is not valid any more", "链接已失效", "このリンクは無効です"),
            new(
                "It was used before, has expired, or is not complete. Nothing was stored. Please go back to the card in chat.",
                "链接已被使用、已过期或不完整，未保存任何信息。请返回聊天中的卡片。",
                "すでに使用されたか、期限切れか、リンクが不完全です。何も保存されていません。チャットのカードに戻ってください。")),
    };

    private static (int Status, string Tone, string Mark) Look(CallbackResult result) => result switch
    {
        CallbackResult.Authorized => (StatusCodes.Status200OK, "good", "✓"),
        CallbackResult.Declined => (StatusCodes.Status200OK, "neutral", "–"),
        CallbackResult.Finishing => (StatusCodes.Status202Accepted, "neutral", "…"),
        CallbackResult.WrongPerson => (StatusCodes.Status403Forbidden, "warning", "!"),
        CallbackResult.Expired or CallbackResult.CodeSpent => (StatusCodes.Status410Gone, "warning", "!"),
        CallbackResult.Failed => (StatusCodes.Status502BadGateway, "bad", "×"),
        CallbackResult.TooMany => (StatusCodes.Status429TooManyRequests, "warning", "!"),
        CallbackResult.NotNow => (StatusCodes.Status503ServiceUnavailable, "bad", "×"),
        _ => (StatusCodes.Status400BadRequest, "warning", "!"),
    };
}
