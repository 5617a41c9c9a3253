using System.Text.Json;
using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>Opens a page, tells us of the click (<c>card.action.trigger</c>), or both.</summary>
/// <param name="Text">Plain text.</param>
internal sealed record Button(LocalizedText Text)
{
    public ButtonStyle Style { get; init; }

    /// <summary>Opened in the user's client or browser.</summary>
    public Uri? OpenUrl { get; init; }

    /// <summary>Comes back to us with the click; its <c>action</c> picks the handler. Anyone who sees the card can read and send it.</summary>
    public JsonObject? CallbackValue { get; init; }

    /// <summary>Shown, but cannot be pressed.</summary>
    public bool Disabled { get; init; }

    /// <summary>Asks "really?" before the click counts.</summary>
    public ButtonConfirm? Confirm { get; init; }

    internal JsonObject ToJson(ElementIds ids)
    {
        var json = new JsonObject
        {
            ["tag"] = "button",
            ["element_id"] = ids.Next("button"),
            ["text"] = PlainText.Json(Text),
            ["type"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(Enum.GetName(Style)!),
        };
        if (Disabled)
        {
            json["disabled"] = true;
        }

        if (Confirm is not null)
        {
            json["confirm"] = new JsonObject { ["title"] = PlainText.Json(Confirm.Title), ["text"] = PlainText.Json(Confirm.Text) };
        }

        if (Behaviors() is { Count: > 0 } behaviors)
        {
            json["behaviors"] = behaviors;
        }

        return json;
    }

    private JsonArray Behaviors()
    {
        var behaviors = new JsonArray();
        if (OpenUrl is not null)
        {
            // The platform wants the other three present; empty means: the default one.
            behaviors.Add((JsonNode)new JsonObject
            {
                ["type"] = "open_url",
                ["default_url"] = OpenUrl.AbsoluteUri,
                ["pc_url"] = "",
                ["android_url"] = "",
                ["ios_url"] = "",
            });
        }

        if (CallbackValue is not null)
        {
            behaviors.Add((JsonNode)new JsonObject { ["type"] = "callback", ["value"] = CallbackValue.DeepClone() });
        }

        return behaviors;
    }
}

/// <summary>The question asked before a click counts. Plain text.</summary>
internal sealed record ButtonConfirm(LocalizedText Title, LocalizedText Text);
