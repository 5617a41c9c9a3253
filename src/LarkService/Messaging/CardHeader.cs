using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>The coloured top of a card. Its texts are plain: no markdown, nothing to escape.</summary>
/// <param name="Title">One line.</param>
/// <param name="Color">Says at a glance how things stand.</param>
/// <param name="Subtitle">A second, smaller line.</param>
internal sealed record CardHeader(LocalizedText Title, CardColor Color = CardColor.Blue, LocalizedText? Subtitle = null)
{
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["title"] = PlainText.Json(Title) };
        if (Subtitle is not null)
        {
            json["subtitle"] = PlainText.Json(Subtitle);
        }

        json["template"] = Enum.GetName(Color)!.ToLowerInvariant();
        return json;
    }
}
