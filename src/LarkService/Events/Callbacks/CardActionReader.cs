using System.Text.Json;
using LarkService.Platform;

namespace LarkService.Events.Callbacks;

/// <summary>
/// Reads a click. The button's value comes back as the object we put in, or as a text; an older card of ours may hold the
/// object as text. A value without an <c>action</c> is not for us to guess.
/// </summary>
internal static class CardActionReader
{
    /// <returns>Null when it cannot be told what was clicked, or by whom.</returns>
    public static CardAction? Read(LarkEvent click)
    {
        var value = Unwrap(click.Body.Child("action", "value"));
        return value.Text("action") is { Length: > 0 } action && click.Body.Text("operator", "open_id") is { Length: > 0 } person
            ? new(
                click.AppId,
                person,
                action,
                value,
                click.Body.Text("context", "open_message_id") ?? "",
                click.Body.Text("context", "open_chat_id") ?? "",
                new Secret(click.Body.Text("token") ?? ""))
            : null;
    }

    private static JsonElement Unwrap(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value;
        }

        try
        {
            return JsonElement.Parse(value.Text() ?? "");
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
