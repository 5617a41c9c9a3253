using System.Text.Json;
using LarkService.Platform;

namespace LarkService.Events;

/// <summary>A click on a card of ours (<c>card.action.trigger</c>). Anyone who sees the card can click it.</summary>
/// <param name="AppId">The app whose card it is.</param>
/// <param name="Operator">The open_id of whoever clicked.</param>
/// <param name="Action">The value's <c>action</c>: which handler it is for.</param>
/// <param name="Value">The value object we put into the button.</param>
/// <param name="MessageId">The message the card is.</param>
/// <param name="ChatId">The chat it is in.</param>
/// <param name="Token">Buys two updates of the card within 30 minutes, after the answer.</param>
internal sealed record CardAction(string AppId, string Operator, string Action, JsonElement Value, string MessageId, string ChatId, Secret Token)
{
    public UserKey User => new(AppId, Operator);

    /// <summary>A text of the value, or null when it is absent or not a text.</summary>
    public string? Text(string name) =>
        Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;
}
