using LarkService.Grants;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>How a session looks: one card for each state, always made anew from what the database says.</summary>
internal static class SessionCard
{
    public static Card For(AuthorizationSession session, Uri? page, UserGrant? grant, string? privacyPolicyUrl) => Look(session, page, grant, privacyPolicyUrl).In(session.Locale);

    private static Card Look(AuthorizationSession session, Uri? page, UserGrant? grant, string? privacyPolicyUrl) => session.State switch
    {
        SessionState.Pending when session.OpenedAt is not null => AskingCard.Opened(session, page!),
        SessionState.Pending => AskingCard.Asking(session, page!, privacyPolicyUrl),
        SessionState.Authorized => Authorized(session, grant),
        SessionState.Declined => Declined(session),
        SessionState.Expired => Expired(session),
        SessionState.Superseded => Superseded(),
        _ => Failed(session),
    };

    private static Card Authorized(AuthorizationSession session, UserGrant? grant)
    {
        var name = GrantWords.Name(grant);
        var scopes = grant?.Scopes ?? session.Scopes;
        var count = ScopeWords.Count(scopes);
        return new Card
        {
            Header = new CardHeader(new("Authorized", "授权成功", "認可しました"), CardColor.Green),
            Elements =
            [
                new Markdown(new(
                    $"Thank you{(name.En.Length > 0 ? $", **{name.En}**" : "")}. You will not be asked again for this.",
                    $"谢谢{(name.Zh.Length > 0 ? $"，**{name.Zh}**" : "")}。此后无需再次授权。",
                    $"{(name.Ja.Length > 0 ? $"**{name.Ja}** さん、" : "")}ありがとうございます。今後この内容の認可は不要です。")),
                new Collapsible(
                    new($"What you allowed ({count})", $"已授权内容（{count} 项）", $"許可した内容（{count} 件）"),
                    ScopeWords.List(scopes),
                    Expanded: session.Detailed),
                new Markdown(GrantWords.Until(grant, session.CompletedAt)) { Small = true },
            ],
        };
    }

    private static Card Declined(AuthorizationSession session) => Over(
        session,
        new("You declined", "你已拒绝授权", "認可を拒否しました"),
        new(
            "Nothing was shared and nothing was stored. If you change your mind, you can still agree.",
            "没有共享或保存任何信息。如果改变主意，仍可授权。",
            "何も共有されず、何も保存されていません。お気持ちが変わった場合は、今からでも許可できます。"),
        new("Authorize after all", "重新授权", "やはり許可する"));

    private static Card Expired(AuthorizationSession session) => Over(
        session,
        new("The link has expired", "授权链接已过期", "リンクの有効期限が切れました"),
        new(
            "The time for this request has passed, and nothing was stored. You can get a new link whenever you like.",
            "链接已超过有效时间，没有保存任何信息。你可以随时获取新链接。",
            "この依頼の有効期限が過ぎました。何も保存されていません。新しいリンクはいつでも取得できます。"),
        new("Get a new link", "获取新链接", "新しいリンクを取得"));

    private static Card Superseded() => new()
    {
        Header = new CardHeader(new("Replaced by a newer request", "已被新的请求取代", "新しい依頼に置き換えられました"), CardColor.Grey),
        Elements =
        [
            new Markdown(new(
                "Another card asks for everything at once. Please answer that one.",
                "另一张授权卡片已包含全部所需权限，请在该卡片上操作。",
                "別のカードで、必要な内容をまとめて認可できます。そちらでご回答ください。")),
        ],
    };

    private static Card Failed(AuthorizationSession session)
    {
        var reference = $"`{SessionReference.Of(session)}` · `{session.ErrorCode ?? "unknown"}`"; // an id may hold underscores
        return new Card
        {
            Header = new CardHeader(new("The authorization did not work", "授权未成功", "認可できませんでした"), CardColor.Red),
            Elements =
            [
                new Markdown(FailureWords.For(session.ErrorCode)),
                new ButtonRow(new Button(new("Try again", "重试", "もう一度試す")) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForSession(CardActions.Renew, session) }),
                new Markdown(new($"Reference: {reference}", $"编号：{reference}", $"参照番号：{reference}")) { Small = true },
            ],
        };
    }

    private static Card Over(AuthorizationSession session, LocalizedText title, LocalizedText text, LocalizedText way) => new()
    {
        Header = new CardHeader(title, CardColor.Grey),
        Elements =
        [
            new Markdown(text),
            new ButtonRow(new Button(way) { Style = ButtonStyle.Primary, CallbackValue = CardActions.ForSession(CardActions.Renew, session) }),
        ],
    };
}
