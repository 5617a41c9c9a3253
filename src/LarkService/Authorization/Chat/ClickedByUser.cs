using LarkService.Authorization.Cards;
using LarkService.Events;
using LarkService.Messaging;

namespace LarkService.Authorization.Chat;

/// <summary>Anyone who sees a card can click it; only the person it was sent to counts. Everybody else is told so, and nothing changes.</summary>
internal static class ClickedByUser
{
    public static CallbackAnswer ForSomebodyElse() => Refuse(new(
        "This card is for somebody else. Write to me if you need one of your own.", "此卡片属于其他人。如有需要，请直接给我发消息。", "このカードは別の方宛てです。必要な場合は、私にメッセージを送ってください。"));

    public static CallbackAnswer NoLongerKnown() => Refuse(new("This card is too old. Send /auth for a new one.", "此卡片已失效，请发送 /auth 获取新的卡片。", "このカードは無効になりました。/auth と送信すると新しいカードが届きます。"));

    public static CallbackAnswer Say(Toast toast, Card? card = null) => new(toast.ToJson(), card?.ToJson());

    private static CallbackAnswer Refuse(LocalizedText words) => Say(Toast.Warning(words)) with { IsRefused = true };

    /// <summary>The open_id in the button's value is the person it was made for.</summary>
    public static bool IsFor(this CardAction action) => string.Equals(action.Text(CardActions.OpenId), action.Operator, StringComparison.Ordinal);
}
