using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>
/// Writes a card in one language for every client: the platform has no switch for that, so the others are left out. Done on the
/// finished JSON, where no text can be forgotten.
/// </summary>
internal static class OneLanguage
{
    /// <param name="node">A card, or any part of it; changed in place.</param>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    public static void Keep(JsonNode? node, string language)
    {
        switch (node)
        {
            case JsonObject part:
                KeepIn(part, language);
                break;
            case JsonArray parts:
                foreach (var part in parts)
                {
                    Keep(part, language);
                }

                break;
        }
    }

    private static void KeepIn(JsonObject part, string language)
    {
        if (part["i18n_content"] is JsonObject texts)
        {
            part["content"] = texts[language]?.DeepClone() ?? part["content"]?.DeepClone();
            part.Remove("i18n_content");
        }

        foreach (var (_, inner) in part)
        {
            Keep(inner, language);
        }
    }
}
