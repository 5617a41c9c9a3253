using LarkService.Messaging;

namespace LarkService.Apaas.Ai;

/// <summary>Everything the bot says in a conversation.</summary>
internal static class AiWords
{
    public static readonly LocalizedText ConsentReason = new("Answer your question with AI on your behalf", "以你的身份使用 AI 回答你的问题", "あなたに代わって AI で質問に答えます");

    public static readonly LocalizedText Thinking = new("Thinking…", "正在思考…", "考えています…");

    public static readonly LocalizedText Cut = new(
        "The answer was longer than a card can hold; this is its beginning.", "回答超出了卡片的长度上限，这里只显示开头部分。", "回答がカードの上限を超えたため、冒頭のみ表示しています。");

    public static readonly LocalizedText NothingToShow = new(
        "The AI finished, but its answer holds nothing that can be shown in chat.", "AI 已完成，但回答中没有可以在聊天中显示的内容。", "AI の処理は完了しましたが、チャットに表示できる内容がありませんでした。");

    public static readonly LocalizedText CannotBeShown = new(
        "There is an answer, but this chat did not accept its content. Asking in other words may help.", "已得到回答，但内容未能在此聊天中显示。请换个说法再试。", "回答は得られましたが、このチャットには表示できませんでした。別の言い方でお試しください。");

    public static readonly LocalizedText RunFailed = new(
        "Sorry, the AI could not answer this. Please try again or ask in other words.", "抱歉，AI 未能回答这个问题。请重试或换个说法。", "申し訳ありません。AI はこの質問に答えられませんでした。もう一度試すか、別の言い方でお試しください。");

    public static readonly LocalizedText RunCancelled = new(
        "The answer was cancelled before it was finished. Please ask again.", "回答在完成前被取消了，请重新提问。", "回答は完了前に取り消されました。もう一度質問してください。");

    public static readonly LocalizedText RunExpired = new(
        "The AI took too long and stopped. Please ask again.", "AI 用时过长，已停止。请重新提问。", "AI の処理に時間がかかりすぎたため停止しました。もう一度質問してください。");

    public static readonly LocalizedText NeedsMore = new(
        "The AI needs more details to answer this. Please ask again and say a little more.", "AI 需要更多信息才能回答。请补充细节后重新提问。", "回答にはもう少し情報が必要です。詳しく書いて、もう一度質問してください。");

    public static readonly LocalizedText TookTooLong = new(
        "Sorry, there was no answer within two minutes. Please try again.", "抱歉，两分钟内没有得到回答，请重试。", "申し訳ありません。2 分以内に回答が得られませんでした。もう一度お試しください。");

    public static readonly LocalizedText Unreachable = new(
        "Sorry, the AI could not be reached. Please try again in a few minutes.", "抱歉，暂时无法连接 AI 服务，请过几分钟再试。", "申し訳ありません。AI に接続できませんでした。数分後にもう一度お試しください。");

    public static readonly LocalizedText Busy = new(
        "The AI is very busy just now. Please try again in a minute.", "AI 服务现在很忙，请稍后再试。", "AI が混み合っています。しばらくしてからもう一度お試しください。");

    public static readonly LocalizedText AdministratorMustAct = new(
        "The app itself is not allowed to use the AI. Please ask its administrator to grant it the Aily permissions.", "此应用尚未获得使用 AI 的权限，请联系管理员开通 Aily 相关权限。", "このアプリには AI を使う権限がありません。Aily の権限を有効にするよう管理者に依頼してください。");

    public static readonly LocalizedText NotConfigured = new(
        "No AI is set up for this bot yet. An administrator has to set `AilyAppId` for the app.", "此机器人尚未配置 AI，请联系管理员为应用设置 `AilyAppId`。", "このボットにはまだ AI が設定されていません。管理者がアプリの `AilyAppId` を設定する必要があります。");

    public static readonly LocalizedText TextOnly = new(
        "I can only read text so far. Please write me your question.", "我目前只能阅读文字消息，请用文字提问。", "今のところ読めるのはテキストだけです。質問を文字で送ってください。");

    public static readonly LocalizedText Blank = new(
        "Your message holds no text. Just write me a question, or **/help** to see what I can do.", "你的消息没有文字内容。直接写下问题即可，或发送 **/help** 查看我能做什么。", "メッセージにテキストがありません。質問をそのまま送るか、**/help** でできることをご確認ください。");

    public static readonly LocalizedText Declined = new(
        "All right: without your consent I did not pass your question on. Ask again whenever you like.", "好的，未经你的同意，我没有转交你的问题。随时可以再问我。", "承知しました。同意がないため、質問は AI に渡していません。いつでもまた質問してください。");

    public static readonly LocalizedText ConsentExpired = new(
        "The request for your consent has run out, so this question was not answered. Just ask it again.", "授权请求已过期，这个问题没有得到回答。请重新提问。", "認可の依頼の期限が切れたため、この質問には回答していません。もう一度質問してください。");

    public static readonly LocalizedText Revoked = new(
        "Your authorization was taken back, so this was not answered. Ask again whenever you like.", "你的授权已被撤销，因此未回答此问题。你可以随时重新提问。", "認可が取り消されたため、回答していません。いつでもまた質問してください。");

    public static readonly LocalizedText GaveUp = new(
        "Sorry, this question could not be answered because something went wrong on the way. Please ask it again.", "抱歉，我们这边出了问题，未能回答这个问题。请重新提问。", "申し訳ありません。こちらの問題でこの質問に回答できませんでした。もう一度質問してください。");

    public static readonly LocalizedText HelpTitle = new("What I can do", "我能做什么", "できること");

    public static readonly LocalizedText Purpose = new(
        "Write me a question and I answer it with AI, in your name and with your permissions only.", "直接向我提问，我会以你的身份、仅在你的权限范围内用 AI 回答。", "質問を送ってください。あなたの名義で、あなたの権限の範囲内でのみ、AI が回答します。");

    public static LocalizedText TooLong(int chars) => new(
        $"That is a lot of text: {chars:N0} characters. I can take up to {AilyLimits.MaxMessageChars:N0}. Please shorten it or send it in parts.",
        $"这段文字有 {chars:N0} 个字符，超过了 {AilyLimits.MaxMessageChars:N0} 个字符的上限。请缩短或分段发送。",
        $"文章が {chars:N0} 文字あり、上限の {AilyLimits.MaxMessageChars:N0} 文字を超えています。短くするか、分けて送ってください。");

    public static LocalizedText UnknownCommand(string command) => LocalizedWith(
        MarkdownText.Escape(MarkdownText.Shorten(command, 40)),
        name => $"I do not know **{name}**. Write **/help** to see what I can do.",
        name => $"我不认识 **{name}**。发送 **/help** 查看我能做什么。",
        name => $"**{name}** というコマンドはありません。**/help** でできることをご確認ください。");

    public static LocalizedText Reference(string reference) => LocalizedWith(
        MarkdownText.Escape(reference), id => $"Reference: {id}", id => $"参考编号：{id}", id => $"参照番号：{id}");

    private static LocalizedText LocalizedWith(string value, Func<string, string> en, Func<string, string> zh, Func<string, string> ja) => new(en(value), zh(value), ja(value));
}
