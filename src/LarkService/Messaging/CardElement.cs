using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>One part of a card's body. Only what the platform's card JSON 2.0 knows: it refuses a card with an unknown property.</summary>
internal abstract record CardElement
{
    internal abstract JsonObject ToJson(ElementIds ids);
}

/// <summary>A paragraph in the platform's markdown; what a person wrote goes through <see cref="MarkdownText.Escape"/> first.</summary>
internal sealed record Markdown(LocalizedText Text) : CardElement
{
    /// <summary>In small print.</summary>
    public bool Small { get; init; }

    /// <summary>By which its text is changed alone; at most 20 letters, digits and underscores. Null: only the whole card is changed.</summary>
    public string? ElementId { get; init; }

    internal override JsonObject ToJson(ElementIds ids)
    {
        var json = new JsonObject { ["tag"] = "markdown" };
        if (ElementId is not null)
        {
            json["element_id"] = ElementId;
        }

        if (Small)
        {
            json["text_size"] = "notation";
        }

        return Text.WriteTo(json);
    }
}

/// <summary>
/// A small grey line in markdown, without any tag in it (<see cref="LocalTime"/> is one). Card JSON 2.0 has no footnote element; this
/// is how it is written there.
/// </summary>
internal sealed record Note(LocalizedText Text) : CardElement
{
    internal override JsonObject ToJson(ElementIds ids) =>
        Text.Select(text => $"<font color='grey'>{text}</font>").WriteTo(new JsonObject { ["tag"] = "markdown", ["text_size"] = "notation" });
}

/// <summary>A line across the card.</summary>
internal sealed record Divider : CardElement
{
    internal override JsonObject ToJson(ElementIds ids) => new() { ["tag"] = "hr" };
}

/// <summary>Buttons side by side; they flow into a second line where the screen is narrow.</summary>
internal sealed record ButtonRow(params IReadOnlyList<Button> Buttons) : CardElement
{
    internal override JsonObject ToJson(ElementIds ids)
    {
        var columns = Buttons.Select(button => (JsonNode)new JsonObject
        {
            ["tag"] = "column",
            ["width"] = "auto",
            ["elements"] = new JsonArray(button.ToJson(ids)),
        });
        return new JsonObject { ["tag"] = "column_set", ["flex_mode"] = "flow", ["columns"] = new JsonArray([.. columns]) };
    }
}

/// <summary>A part that folds. The platform allows five levels.</summary>
internal sealed record Collapsible(LocalizedText Title, IReadOnlyList<CardElement> Elements, bool Expanded = false) : CardElement
{
    internal override JsonObject ToJson(ElementIds ids) => new()
    {
        ["tag"] = "collapsible_panel",
        ["element_id"] = ids.Next("panel"),
        ["expanded"] = Expanded,
        ["header"] = new JsonObject { ["title"] = PlainText.Json(Title) },
        ["elements"] = new JsonArray([.. Elements.Select(element => element.ToJson(ids))]),
    };
}
