using LarkService.Authorization.Cards;
using LarkService.Authorization.Flows;
using LarkService.Events;
using LarkService.Messaging;

namespace LarkService.Authorization.Chat;

/// <summary>What the clicks on a session's card have in common: the session must be known and the clicker its user.</summary>
internal abstract class SessionClick(AuthorizationSessions sessions) : ICardActionHandler
{
    public async Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct)
    {
        if (action.Text(CardActions.Session) is not { } id || !AuthorizationSessions.IsId(id) || await sessions.FindAsync(id, ct) is not { } session || session.AppId != action.AppId)
        {
            return ClickedByUser.NoLongerKnown();
        }

        return session.User == action.User ? await AnswerAsync(session, action, ct) : ClickedByUser.ForSomebodyElse();
    }

    protected abstract Task<CallbackAnswer> AnswerAsync(AuthorizationSession session, CardAction action, CancellationToken ct);

    /// <summary>
    /// The card that was clicked shows an older state than the session's: thousands may have to change at once, or we never learned where it
    /// is. The answer brings it up to date, unless another session shows itself on it by now.
    /// </summary>
    protected static async Task<CallbackAnswer> AsItStandsAsync(
        AuthorizationSession session, CardAction action, SessionCards cards, TimeProvider clock, Toast toast, CancellationToken ct)
    {
        if (session.State == SessionState.Pending && session.ExpiresAt <= clock.GetUtcNow())
        {
            session.State = SessionState.Expired; // as it is about to be written down
        }

        var isItsCard = session.MessageId is null ? session.State != SessionState.Superseded : session.MessageId == action.MessageId;
        return ClickedByUser.Say(toast, isItsCard ? await cards.RenderAsync(session, ct) : null);
    }
}

/// <summary><em>Authorize</em> was pressed: the page opens by itself; we start to listen for the outcome.</summary>
internal sealed class AuthorizeClick(AuthorizationSessions sessions, SessionCards cards, ConsentLinks links, ConsentCompletion completion, TimeProvider clock)
    : SessionClick(sessions)
{
    private readonly AuthorizationSessions _sessions = sessions;

    protected override async Task<CallbackAnswer> AnswerAsync(AuthorizationSession session, CardAction action, CancellationToken ct)
    {
        if (session.State == SessionState.Superseded && (await _sessions.PendingOfAsync(session.User, ct)).Find(s => s.MessageId == action.MessageId) is { } successor)
        {
            // The card is about to change, or that failed so far: the click brings it up to date.
            return ClickedByUser.Say(
                Toast.Info(new("This request has grown; please look at the card again.", "请求内容已更新，请重新查看卡片。", "リクエストの内容が更新されました。カードをもう一度ご確認ください。")),
                await cards.RenderAsync(successor, ct));
        }

        if (session.State != SessionState.Pending || session.ExpiresAt <= clock.GetUtcNow())
        {
            return await AsItStandsAsync(
                session,
                action,
                cards,
                clock,
                Toast.Info(new("This link is over; the card shows how it stands.", "此链接已失效，请查看卡片上的最新状态。", "このリンクは無効になりました。最新の状態はカードでご確認ください。")),
                ct);
        }

        if (ConsentLinks.IsBeingFinished(session))
        {
            return ClickedByUser.Say(Toast.Info(new("Your consent is being finished; this card will change by itself.", "正在完成授权，此卡片会自动更新。", "認可を完了しています。このカードは自動的に更新されます。")));
        }

        if (links.IsSpent(session))
        {
            // It leads nowhere any more.
            return ClickedByUser.Say(Toast.Info(new("That link was used. A fresh one is on its way to this card.", "该链接已使用过，此卡片即将更新为新链接。", "このリンクは使用済みです。まもなくカードのリンクが新しくなります。"))) with
            {
                Afterwards = token => RenewLinkAsync(session.SessionId, token),
            };
        }

        var now = clock.GetUtcNow();
        session.OpenedAt ??= now;
        return ClickedByUser.Say(
            Toast.Info(new("Finish in the page that opened.", "请在打开的页面中完成授权。", "開いたページで認可を完了してください。")),
            await cards.RenderAsync(session, ct)) with
        {
            Afterwards = token => ListenAsync(session, now, token),
        };
    }

    // Once only, however often it is tried: the link that came of an earlier try may be in use.
    private async Task RenewLinkAsync(string sessionId, CancellationToken ct)
    {
        if (await _sessions.FindAsync(sessionId, ct) is { State: SessionState.Pending } session && links.IsSpent(session))
        {
            await completion.RenewLinkAsync(session, session.WrongPersonCount, ct);
        }
    }

    private async Task ListenAsync(AuthorizationSession session, DateTimeOffset now, CancellationToken ct)
    {
        DateTimeOffset? firstPoll = now + TimeSpan.FromSeconds(session.PollSeconds);
        var listening = await _sessions.ChangeAsync(session, u => u
            .SetProperty(s => s.OpenedAt, s => s.OpenedAt ?? now)
            .SetProperty(s => s.NextPollAt, s => s.Flow == SessionFlow.Device && s.OpenedAt == null ? firstPoll : s.NextPollAt), showOnCard: false, ct);
        if (!listening)
        {
            await _sessions.ShowAgainAsync(session, ct); // it ended, or got another link, while we answered, and our answer was the older picture
        }
    }
}

/// <summary><em>Decline</em> was pressed.</summary>
internal sealed class DeclineClick(AuthorizationSessions sessions, ConsentCompletion completion) : SessionClick(sessions)
{
    protected override Task<CallbackAnswer> AnswerAsync(AuthorizationSession session, CardAction action, CancellationToken ct)
    {
        var declined = ClickedByUser.Say(Toast.Info(new("Declined. Nothing was stored.", "已拒绝，未保存任何信息。", "拒否しました。何も保存していません。")));
        return Task.FromResult(session.State switch
        {
            SessionState.Pending => declined with { Afterwards = token => completion.EndAsync(session, SessionState.Declined, null, token) },
            SessionState.Declined => declined, // a second click on the same button
            _ => ClickedByUser.Say(Toast.Info(new("This has been settled already.", "此请求已处理。", "この依頼は処理済みです。"))),
        });
    }
}

/// <summary>A new link, on the same card, for a session that came to nothing.</summary>
internal sealed class RenewClick(AuthorizationSessions sessions, AskInChat ask) : SessionClick(sessions)
{
    protected override Task<CallbackAnswer> AnswerAsync(AuthorizationSession session, CardAction action, CancellationToken ct) => Task.FromResult(
        session.State is SessionState.Pending or SessionState.Authorized or SessionState.Superseded
            ? ClickedByUser.Say(Toast.Info(new("This card is up to date.", "此卡片已是最新状态。", "このカードは最新の状態です。")))
            : ClickedByUser.Say(Toast.Info(new("A new link is on its way.", "正在获取新链接。", "新しいリンクを取得しています。"))) with
            {
                Afterwards = token => ask.AskAsync(new ConsentAsk(session.User, session.Scopes, SessionOrigin.Chat)
                {
                    Reason = session.Reason,
                    ReasonZh = session.ReasonZh,
                    ReasonJa = session.ReasonJa,
                    Locale = session.Locale,
                    Detailed = session.Detailed,
                    ChatId = session.ChatId,
                    IsGroup = session.OnlyVisible,
                    EvenIfGranted = true,
                    CardOf = session,
                    Clicked = action.MessageId,
                }, token),
            });
}
