using LarkService.Events;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.Platform;

namespace LarkService.Authorization.Chat;

/// <summary>
/// <em>Revoke</em> on the card of <c>/auth</c>. What follows goes to the user directly: such a card may have been forwarded, and
/// then the chat of the click is full of other people.
/// </summary>
internal sealed class RevokeClick(UserGrants grants, Revocations revocations, TimeProvider clock) : ICardActionHandler
{
    public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct)
    {
        if (!action.IsFor())
        {
            return Task.FromResult(ClickedByUser.ForSomebodyElse());
        }

        var clickedAt = clock.GetUtcNow();
        return Task.FromResult(ClickedByUser.Say(Toast.Success(new("Your authorization is being removed.", "正在撤销授权。", "認可を取り消しています。"))) with
        {
            Afterwards = token => RevokeAsync(action.User, clickedAt, token),
        });
    }

    // It may succeed minutes after the click; what the user agreed to since is not what was taken back.
    private async Task RevokeAsync(UserKey user, DateTimeOffset clickedAt, CancellationToken ct)
    {
        if (await grants.FindAsync(user, ct) is { } grant && grant.GrantedAt <= clickedAt)
        {
            await revocations.RevokeAsync(user, "user", chatId: null, ct);
        }
    }
}

/// <summary><em>Authorize</em> or <em>Ask again</em> on a card that belongs to no session.</summary>
internal sealed class AskAgainClick(AskInChat ask) : ICardActionHandler
{
    public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct) => Task.FromResult(!action.IsFor()
        ? ClickedByUser.ForSomebodyElse()
        : ClickedByUser.Say(Toast.Info(new("A card is on its way.", "授权卡片即将送达。", "まもなく認可カードが届きます。"))) with
        {
            Afterwards = token => ask.AskAsync(new ConsentAsk(action.User, ScopeSet.Empty, SessionOrigin.Chat) { EvenIfGranted = true, Detailed = true }, token),
        });
}
