using System.Globalization;
using LarkService.Grants;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>How a session looks: one card for each state, always made anew from what the database says.</summary>
internal static class SessionCard
{
    public static Card For(AuthorizationSession session, Uri? page, UserGrant? grant, string? privacyPolicyUrl) => session.State switch
    {
        SessionState.Pending when session.OpenedAt is not null => Opened(session, page!),
        SessionState.Pending => Asking(session, page!, privacyPolicyUrl),
        SessionState.Authorized => Authorized(session, grant),
        SessionState.Declined => Over(session, new("You declined", "你已拒绝授权"), new(
            "Nothing was shared and nothing was stored. If you change your mind, you can still agree.",
            "没有共享或保存任何信息。如果改变主意，仍可授权。"), new("Authorize after all", "重新授权")),
        SessionState.Expired => Over(session, new("The link has expired", "授权链接已过期"), new(
            "The time for this request has passed, and nothing was stored. You can get a new link whenever you like.",
            "链接已超过有效时间，没有保存任何信息。你可以随时获取新链接。"), new("Get a new link", "获取新链接")),
        SessionState.Superseded => new Card
        {
            Header = new CardHeader(new("Replaced by a newer request", "已被新的请求取代"), CardColor.Grey),
            Elements = [new Markdown(new("There is a newer card below that asks for everything at once.", "请使用下方更新的授权卡片，它包含了全部所需权限。"))],
        },
        _ => Failed(session),
    };

    private static Card Asking(AuthorizationSession session, Uri page, string? privacyPolicyUrl)
    {
        List<CardElement> elements = [];
        if (session.WrongPersonCount > 0)
        {
            elements.Add(new Markdown(new(
                "**Somebody else opened this link** and agreed with their own account. Nothing was stored. Please use the new link below yourself.",
                "**有其他人打开了此链接**并用其账号同意了授权，未保存任何信息。请你本人使用下面的新链接。")));
        }

        elements.Add(new Markdown(Why(session)));
        elements.Add(new Collapsible(
            new($"What you allow ({ScopeWords.Count(session.Scopes)})", $"授权内容（{ScopeWords.Count(session.Scopes)} 项）"),
            [new Markdown(ScopeWords.List(session.Scopes))],
            Expanded: session.Detailed));
        elements.Add(new ButtonRow(
            new Button(new("Authorize", "授权")) { Style = ButtonStyle.PrimaryFilled, OpenUrl = page, CallbackValue = CardActions.ForSession(CardActions.Open, session) },
            new Button(new("Decline", "拒绝")) { CallbackValue = CardActions.ForSession(CardActions.Decline, session) }));
        elements.Add(new Note(Footer(session, privacyPolicyUrl)));
        var title = session.Origin == SessionOrigin.Renewal ? new LocalizedText("Your authorization has run out", "你的授权已过期") : new("Your consent is needed", "需要你的授权");
        return new Card { Header = new CardHeader(title), Elements = elements };
    }

    private static Card Opened(AuthorizationSession session, Uri page) => new()
    {
        Header = new CardHeader(new("Finish in the page that opened", "请在打开的页面中完成授权")),
        Elements =
        [
            new Markdown(new("This card changes by itself when you are done. Did no page open? Use the button.", "完成后此卡片会自动更新。页面没有打开？请点击下方按钮。")),
            new ButtonRow(
                new Button(new("Open the page again", "重新打开页面")) { Style = ButtonStyle.Primary, OpenUrl = page, CallbackValue = CardActions.ForSession(CardActions.Open, session) },
                new Button(new("Decline", "拒绝")) { CallbackValue = CardActions.ForSession(CardActions.Decline, session) }),
        ],
    };

    private static Card Authorized(AuthorizationSession session, UserGrant? grant)
    {
        var name = MarkdownText.Escape(grant?.Name ?? "");
        var enName = MarkdownText.Escape(string.IsNullOrEmpty(grant?.EnName) ? grant?.Name ?? "" : grant.EnName);
        return new Card
        {
            Header = new CardHeader(new("Authorized", "授权成功"), CardColor.Green),
            Elements =
            [
                new Markdown(new(
                    $"Thank you{(enName.Length > 0 ? ", **" + enName + "**" : "")}. You will not be asked again for this.",
                    $"谢谢{(name.Length > 0 ? "，**" + name + "**" : "")}。此后无需再次授权。")),
                new Collapsible(
                    new("What you allowed", "已授权内容"),
                    [new Markdown(ScopeWords.List(grant?.Scopes ?? session.Scopes))]),
                new Note(GrantWords.Until(grant, session.CompletedAt)),
            ],
        };
    }

    private static Card Failed(AuthorizationSession session) => new()
    {
        Header = new CardHeader(new("The authorization did not work", "授权未成功"), CardColor.Red),
        Elements =
        [
            new Markdown(session.ErrorCode switch
            {
                SessionErrors.WrongPerson => new(
                    "The link was used by other people several times, so it was closed. Nothing was stored.", "该链接多次被其他人使用，已关闭，未保存任何信息。"),
                SessionErrors.PlatformUnavailable => new(
                    "Feishu/Lark did not answer in time. Nothing was stored; please try again in a moment.", "飞书/Lark 未及时响应，未保存任何信息，请稍后重试。"),
                _ => new(
                    "Feishu/Lark did not accept the authorization. Nothing was stored. If it happens again, tell your administrator the reference below.",
                    "飞书/Lark 未接受此次授权，未保存任何信息。如再次出现，请将下方编号告知管理员。"),
            }),
            new ButtonRow(new Button(new("Try again", "重试")) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForSession(CardActions.Renew, session) }),
            new Note(new($"Reference: {Reference(session)}", $"编号：{Reference(session)}")),
        ],
    };

    private static Card Over(AuthorizationSession session, LocalizedText title, LocalizedText text, LocalizedText way) => new()
    {
        Header = new CardHeader(title, CardColor.Grey),
        Elements =
        [
            new Markdown(text),
            new ButtonRow(new Button(way) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForSession(CardActions.Renew, session) }),
        ],
    };

    private static LocalizedText Why(AuthorizationSession session)
    {
        if (session.Origin == SessionOrigin.Renewal)
        {
            return new("Feishu/Lark wants you to agree again. **Nothing is lost**: one click, and everything goes on as before.", "飞书/Lark 需要你重新授权。**没有丢失任何内容**：点击一次即可照常继续。");
        }

        if (string.IsNullOrWhiteSpace(session.Reason))
        {
            return new("This app would like to act **on your behalf**. It needs your consent first.", "此应用希望**代表你**执行操作，需要你先同意。");
        }

        var en = Quoted(session.Reason);
        var zh = Quoted(session.ReasonZh ?? session.Reason);
        return new($"This app would like to act **on your behalf**:\n{en}", $"此应用希望**代表你**执行操作：\n{zh}");
    }

    /// <summary>Every line of it, or what the asker wrote would look like words of ours from the second line on.</summary>
    private static string Quoted(string text) => "> " + MarkdownText.Escape(text).ReplaceLineEndings("\n> ");

    private static LocalizedText Footer(AuthorizationSession session, string? privacyPolicyUrl)
    {
        var minutes = Math.Max(1, (int)Math.Round((session.ExpiresAt - session.CreatedAt).TotalMinutes)).ToString(CultureInfo.InvariantCulture);
        var privacy = privacyPolicyUrl is null ? ("", "") : ($" · [Privacy]({privacyPolicyUrl})", $" · [隐私政策]({privacyPolicyUrl})");
        return new(
            $"Only you can answer this card. It is valid for {minutes} min; your password is never seen here.{privacy.Item1}",
            $"只有你本人可以操作此卡片，有效期 {minutes} 分钟；我们不会看到你的密码。{privacy.Item2}");
    }

    /// <summary>Short enough to read out on the phone.</summary>
    private static string Reference(AuthorizationSession session) => $"{session.SessionId[..8]} ({session.ErrorCode ?? "unknown"})";
}
