using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>A pending session: who asks for what and why, and after the click the way to finish.</summary>
internal static class AskingCard
{
    public static Card Asking(AuthorizationSession session, Uri page, string? privacyPolicyUrl)
    {
        List<CardElement> elements = [new Markdown(AskingWords.Why(session))];
        if (session.WrongPersonCount > 0)
        {
            elements.Insert(0, new Markdown(AskingWords.SomebodyElse));
        }

        var count = ScopeWords.Count(session.Scopes);
        elements.Add(new Collapsible(
            new($"What you allow ({count})", $"授权内容（{count} 项）", $"許可する内容（{count} 件）"), ScopeWords.List(session.Scopes), Expanded: session.Detailed));
        elements.Add(new ButtonRow(
            new Button(new("Authorize", "授权", "許可する")) { Style = ButtonStyle.PrimaryFilled, OpenUrl = page, CallbackValue = CardActions.ForSession(CardActions.Open, session) },
            Decline(session)));
        elements.Add(new Markdown(AskingWords.Footer(session, privacyPolicyUrl)) { Small = true });
        return new Card { Header = new CardHeader(AskingWords.Title(session)), Elements = elements };
    }

    public static Card Opened(AuthorizationSession session, Uri page) => new()
    {
        Header = new CardHeader(new("Finish in the page that opened", "请在打开的页面中完成授权", "開いたページで認可を完了してください")),
        Elements =
        [
            new Markdown(new(
                "This card changes by itself when you are done. Did no page open? Use the button.",
                "完成后此卡片会自动更新。页面没有打开？请点击下方按钮。",
                "完了すると、このカードは自動で更新されます。ページが開かない場合は、下のボタンを押してください。")),
            new ButtonRow(
                new Button(new("Open the page again", "重新打开页面", "ページをもう一度開く")) { Style = ButtonStyle.Primary, OpenUrl = page, CallbackValue = CardActions.ForSession(CardActions.Open, session) },
                Decline(session)),
            new Markdown(AskingWords.Deadline(session)) { Small = true },
        ],
    };

    private static Button Decline(AuthorizationSession session) => new(new("Decline", "拒绝", "拒否する")) { CallbackValue = CardActions.ForSession(CardActions.Decline, session) };
}
