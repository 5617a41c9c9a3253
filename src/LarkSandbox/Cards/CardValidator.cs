using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LarkSandbox.Cards;

/// <summary>Judges a card as the platform does: JSON 2.0 strictly, JSON 1.0 as leniently as it always was.</summary>
internal static class CardValidator
{
    public static CardProblem? Check(JsonObject card)
    {
        if (card["type"]?.ToString() is "template" or "card" && card.ContainsKey("data"))
        {
            return new(CardProblem.TemplateUnknown, "the template or card entity does not exist");
        }

        return card.ContainsKey("schema") ? CheckSchema(card) : CheckFirstVersion(card);
    }

    public static bool IsSecondVersion(JsonObject card) => card["schema"]?.ToString() == "2.0";

    private static CardProblem? CheckSchema(JsonObject card) => card["schema"]!.ToString() switch
    {
        "2.0" => new CardWalk(card).Check(),
        "1.0" => CheckFirstVersion(card),
        var other => new(CardProblem.BadJson, string.Create(CultureInfo.InvariantCulture, $"unknown schema {other}")),
    };

    /// <summary>Without an explicit schema a card is JSON 1.0, which has its elements at the root and knows no body.</summary>
    private static CardProblem? CheckFirstVersion(JsonObject card)
    {
        if (card.ContainsKey("body"))
        {
            return new(CardProblem.BadJson, "unknown property body: schema \"2.0\" must be explicit");
        }

        return card["elements"] is JsonArray || (card["i18n_elements"] is { } i18n && i18n.GetValueKind() == JsonValueKind.Object)
            ? null
            : new(CardProblem.BadJson, "elements is required");
    }
}
