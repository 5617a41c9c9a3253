using LarkService.Events;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.Platform;

namespace LarkService.Authorization.Chat;

/// <summary>
/// <em>Revoke</em> on the card of <c>/auth</c>. What follows goes to the user directly: such a card may have been forwarded, and
/// then the chat of the click is full of other people.
/// </summary>
internal sealed class RevokeClick(Revocations revocations) : ICardActionHandler
{
    public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct) => Task.FromResult(!action.IsFor()
        ? ClickedByUser.ForSomebodyElse()
        : ClickedByUser.Say(Toast.Success(new("Your authorization is being removed.", "正在撤销授权。"))) with
        {
            Afterwards = token => revocations.RevokeAsync(action.User, "user", chatId: null, token),
        });
}

/// <summary><em>Authorize</em> or <em>Ask again</em> on a card that belongs to no session.</summary>
internal sealed class AskAgainClick(AskInChat ask) : ICardActionHandler
{
    public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct) => Task.FromResult(!action.IsFor()
        ? ClickedByUser.ForSomebodyElse()
        : ClickedByUser.Say(Toast.Info(new("A card is on its way.", "授权卡片即将送达。"))) with
        {
            Afterwards = token => ask.AskAsync(new ConsentAsk(action.User, ScopeSet.Empty, SessionOrigin.Chat) { EvenIfGranted = true, Detailed = true }, token),
        });
}
