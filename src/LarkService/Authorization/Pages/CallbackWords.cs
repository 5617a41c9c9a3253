using LarkService.Authorization.Flows;

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
    public static CallbackWords For(CallbackResult result, string language) => language == "zh" ? Zh(result) : En(result);

    private static CallbackWords En(CallbackResult result)
    {
        var (status, tone, mark) = Look(result);
        var (title, text) = result switch
        {
            CallbackResult.Authorized => ("You are done", "Go back to the chat: the card has changed and everything that waited for you goes on. You can close this page."),
            CallbackResult.Declined => ("You declined", "Nothing was shared and nothing was stored. You can close this page."),
            CallbackResult.WrongPerson => ("This link is for somebody else", "You agreed with an account the link was not made for. Nothing was stored. Please ask for a card of your own in chat."),
            CallbackResult.Expired => ("The link has expired", "Nothing was stored. Press “Get a new link” on the card in chat."),
            CallbackResult.CodeSpent => ("This step was already used", "Nothing was stored. There is a fresh link on the card in chat; please use that one."),
            CallbackResult.Finishing => ("Your consent is being finished", "Many people agreed at this moment, so it takes a little longer. The card in chat will change by itself. You can close this page."),
            CallbackResult.Failed => ("The authorization did not work", "Feishu/Lark did not accept it or did not answer. Nothing was stored. Please try again from the card in chat."),
            _ => ("This link is not valid any more", "It was used before, has expired, or is not complete. Nothing was stored. Please go back to the card in chat."),
        };
        return new(status, tone, mark, title, text, "Reference:");
    }

    private static CallbackWords Zh(CallbackResult result)
    {
        var (status, tone, mark) = Look(result);
        var (title, text) = result switch
        {
            CallbackResult.Authorized => ("授权完成", "请返回聊天：卡片已更新，等待中的任务会自动继续。可以关闭此页面。"),
            CallbackResult.Declined => ("你已拒绝授权", "没有共享或保存任何信息。可以关闭此页面。"),
            CallbackResult.WrongPerson => ("此链接属于其他人", "你使用的账号不是该链接对应的账号，未保存任何信息。请在聊天中获取你自己的授权卡片。"),
            CallbackResult.Expired => ("链接已过期", "未保存任何信息。请在聊天卡片上点击“获取新链接”。"),
            CallbackResult.CodeSpent => ("此步骤已使用过", "未保存任何信息。聊天卡片上已有新的链接，请使用新链接。"),
            CallbackResult.Finishing => ("正在完成授权", "当前授权人数较多，需要稍等片刻。聊天中的卡片会自动更新，可以关闭此页面。"),
            CallbackResult.Failed => ("授权未成功", "飞书/Lark 未接受或未响应，未保存任何信息。请从聊天卡片重试。"),
            _ => ("链接已失效", "链接已被使用、已过期或不完整，未保存任何信息。请返回聊天中的卡片。"),
        };
        return new(status, tone, mark, title, text, "编号：");
    }

    private static (int Status, string Tone, string Mark) Look(CallbackResult result) => result switch
    {
        CallbackResult.Authorized => (StatusCodes.Status200OK, "good", "✓"),
        CallbackResult.Declined => (StatusCodes.Status200OK, "neutral", "–"),
        CallbackResult.Finishing => (StatusCodes.Status202Accepted, "neutral", "…"),
        CallbackResult.WrongPerson => (StatusCodes.Status403Forbidden, "warning", "!"),
        CallbackResult.Expired or CallbackResult.CodeSpent => (StatusCodes.Status410Gone, "warning", "!"),
        CallbackResult.Failed => (StatusCodes.Status502BadGateway, "bad", "×"),
        _ => (StatusCodes.Status400BadRequest, "warning", "!"),
    };
}
