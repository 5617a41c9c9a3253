using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>The <c>plain_text</c> object of a card.</summary>
internal static class PlainText
{
    public static JsonObject Json(LocalizedText text) => text.WriteTo(new JsonObject { ["tag"] = "plain_text" });
}
