using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>What the card says while it asks. What others wrote is quoted, line by line, and never read as markdown.</summary>
internal static class AskingWords
{
    /// <summary>More lines would push the buttons out of sight; what is beyond runs on in the last one.</summary>
    private const int MostLines = 8;

    /// <summary>The longest reason that is stored.</summary>
    private const int MostChars = 400;

    public static readonly LocalizedText SomebodyElse = new(
        "**Somebody else opened this link** and agreed with their own account. Nothing was stored. Please use the new link below yourself.",
        "**有其他人打开了此链接**并用其账号同意了授权，未保存任何信息。请你本人使用下面的新链接。",
        "**別の方がこのリンクを開き**、その方のアカウントで許可しました。何も保存されていません。ご本人が下の新しいリンクをお使いください。");

    private static readonly LocalizedText RunOut = new(
        "Your authorization has expired. **Nothing is lost**: click once, and everything goes on as before.",
        "你的授权已过期。**没有丢失任何内容**：点击一次即可照常继续。",
        "認可の有効期限が切れました。**何も失われていません**。一度クリックするだけで、これまでどおり続けられます。");

    public static LocalizedText Title(AuthorizationSession session) => session.Origin == SessionOrigin.Renewal
        ? new("Your authorization has run out", "你的授权已过期", "認可の有効期限が切れました")
        : new("Your consent is needed", "需要你的授权", "認可が必要です");

    public static LocalizedText Why(AuthorizationSession session)
    {
        if (session.Origin == SessionOrigin.Renewal)
        {
            return RunOut;
        }

        var who = Who(session.Origin);
        var en = Quoted(session.Reason);
        var (zh, ja) = (Quoted(session.ReasonZh) ?? en, Quoted(session.ReasonJa) ?? en);
        return en is null ? who : new($"{who.En} What for:\n{en}", $"{who.Zh}用途：\n{zh}", $"{who.Ja}目的：\n{ja}");
    }

    public static LocalizedText Deadline(AuthorizationSession session)
    {
        var until = LocalTime.Minute(session.ExpiresAt);
        return new($"Valid until {until}.", $"有效期至 {until}。", $"{until} まで有効です。");
    }

    public static LocalizedText Footer(AuthorizationSession session, string? privacyPolicyUrl)
    {
        var deadline = Deadline(session);
        return new(
            $"Only you can answer this card. {deadline.En} Your password is never seen here.{Privacy("Privacy", privacyPolicyUrl)}",
            $"只有你本人可以操作此卡片，{deadline.Zh}我们不会看到你的密码。{Privacy("隐私政策", privacyPolicyUrl)}",
            $"このカードに回答できるのはご本人だけです。{deadline.Ja}パスワードがこちらに知られることはありません。{Privacy("プライバシーポリシー", privacyPolicyUrl)}");
    }

    private static LocalizedText Who(SessionOrigin origin) => origin switch
    {
        SessionOrigin.Chat => new(
            "You asked for this in chat. This app can act **on your behalf** only with your consent.",
            "这是你在聊天中发起的请求。经你同意，此应用才能**代表你**执行操作。",
            "チャットでのご依頼です。このアプリが**あなたに代わって**操作するには、認可が必要です。"),
        SessionOrigin.Call => new(
            "A task that runs for you in this app would like to act **on your behalf**.",
            "此应用中为你运行的任务希望**代表你**执行操作。",
            "このアプリで実行中のタスクが、**あなたに代わって**操作する許可を求めています。"),
        _ => new(
            "A system connected to this app would like to act **on your behalf**.",
            "与此应用相连的系统希望**代表你**执行操作。",
            "このアプリに接続されたシステムが、**あなたに代わって**操作する許可を求めています。"),
    };

    /// <summary>Every line of it, or what the asker wrote would look like words of ours from the second line on; null when there is nothing to read.</summary>
    private static string? Quoted(string? reason)
    {
        List<string> lines = [.. MarkdownText.Escape(MarkdownText.Shorten(reason ?? "", MostChars)).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (lines.Count > MostLines)
        {
            lines = [.. lines[..(MostLines - 1)], string.Join(' ', lines[(MostLines - 1)..])];
        }

        return lines.Count == 0 ? null : string.Join('\n', lines.Select(line => "> " + line));
    }

    // A bracket would end the link early.
    private static string Privacy(string label, string? url) => url is null
        ? ""
        : $" [{label}]({url.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)})";
}
