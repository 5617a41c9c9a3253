using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Cards.Entities;

/// <summary>
/// <c>/open-apis/cardkit/v1/cards</c>: create, replace, settings, and text that grows. Every change has a number higher than the one
/// before; text grows for ten minutes at most, and only while the card says that it streams.
/// </summary>
internal sealed class CardKitApi(CardEntityStore entities, MessageStore messages, RateWindow window, TimeProvider clock)
{
    private const int MostBytes = 30 * 1024;
    private const int LongestContent = 100_000;

    /// <summary>Changes of one card in a second.</summary>
    private const int MostChanges = 10;

    private static readonly TimeSpan Life = TimeSpan.FromDays(14);
    private static readonly TimeSpan StreamingLife = TimeSpan.FromMinutes(10);

    public async Task<IResult> CreateAsync(HttpContext http, CancellationToken ct)
    {
        var (refusal, card) = Read(await Json.ReadObjectAsync(http.Request, ct));
        return refusal ?? Answer.Data(new JsonObject { ["card_id"] = entities.Add(card!).Id });
    }

    public async Task<IResult> ReplaceAsync(HttpContext http, string cardId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Change(cardId, body, _ =>
        {
            var (refusal, card) = Read(body?["card"] as JsonObject);
            return (refusal, card);
        });
    }

    public async Task<IResult> SettingsAsync(HttpContext http, string cardId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Change(cardId, body, entity =>
        {
            if (Json.ParseObject(body.Text("settings") ?? "")?["config"] is not JsonObject config)
            {
                return (CardKitError.BadParameter("settings is JSON in a string, with config"), null);
            }

            var card = (JsonObject)entity.Card.DeepClone();
            var target = card["config"] as JsonObject ?? [];
            foreach (var (name, value) in config)
            {
                target[name] = value?.DeepClone();
            }

            card["config"] = target;
            return CardValidator.Check(card) is { } problem ? (CardKitError.BadCard(problem), null) : (null, card);
        });
    }

    public async Task<IResult> ContentAsync(HttpContext http, string cardId, string elementId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return Change(cardId, body, entity => Grown(entity, elementId, body.Text("content")));
    }

    private (IResult? Refusal, JsonObject? Card) Grown(CardEntity entity, string elementId, string? content)
    {
        if (content is not { Length: > 0 and <= LongestContent })
        {
            return (CardKitError.BadParameter("content has 1 to 100000 characters"), null);
        }

        if (entity.StreamsSince is not { } since)
        {
            return (CardKitError.StreamingClosed(), null);
        }

        if (clock.GetUtcNow() - since > StreamingLife)
        {
            return (CardKitError.StreamingTimedOut(), null);
        }

        var card = (JsonObject)entity.Card.DeepClone();
        if (Element(card["body"], elementId) is not { } element)
        {
            return (CardKitError.NoElement(), null);
        }

        if (element.Text("tag") is not ("markdown" or "plain_text"))
        {
            return (CardKitError.OnlyText(), null);
        }

        element["content"] = content;
        return Encoding.UTF8.GetByteCount(Json.Write(card)) > MostBytes ? (CardKitError.TooLarge(), null) : (null, card);
    }

    private IResult Change(string cardId, JsonObject? body, Func<CardEntity, (IResult? Refusal, JsonObject? Card)> make)
    {
        if (entities.Find(cardId) is not { } entity)
        {
            return CardKitError.Unknown();
        }

        if (clock.GetUtcNow() - entity.CreatedAt > Life)
        {
            return CardKitError.Expired();
        }

        if (body?["sequence"] is not JsonValue given || !given.TryGetValue<int>(out var sequence) || sequence < 1)
        {
            return CardKitError.BadParameter("sequence is an int32 above 0");
        }

        lock (entity.Gate)
        {
            if (sequence <= entity.Sequence)
            {
                return CardKitError.SequenceTooLow();
            }

            if (window.Admit($"cardkit/{cardId}", MostChanges, TimeSpan.FromSeconds(1)) is { } wait)
            {
                return Answer.Error(99991400, string.Create(CultureInfo.InvariantCulture, $"request trigger frequency limit: {MostChanges} changes of a card a second, wait {wait.TotalSeconds:0.0} s"), StatusCodes.Status429TooManyRequests);
            }

            var (refusal, card) = make(entity);
            if (refusal is not null)
            {
                return refusal;
            }

            Show(entity, card!, sequence);
        }

        return Answer.Data(new JsonObject());
    }

    private void Show(CardEntity entity, JsonObject card, int sequence)
    {
        (entity.Card, entity.Sequence) = (card, sequence);
        entity.StreamsSince = CardEntityStore.Streams(card) ? entity.StreamsSince ?? clock.GetUtcNow() : null;
        if (entity.MessageId is { } id && messages.Find(id) is { Deleted: false } message)
        {
            messages.Update(message, "cardkit", (JsonObject)card.DeepClone());
        }
    }

    private static (IResult? Refusal, JsonObject? Card) Read(JsonObject? body)
    {
        if (body.Text("type") != "card_json" || body.Text("data") is not { } data)
        {
            return (CardKitError.BadParameter("type is card_json, data the card as a string"), null);
        }

        if (Encoding.UTF8.GetByteCount(data) > MostBytes)
        {
            return (CardKitError.TooLarge(), null);
        }

        if (Json.ParseObject(data) is not { } card)
        {
            return (CardKitError.BadCard(new(CardProblem.BadJson, "not a JSON object")), null);
        }

        return !CardValidator.IsSecondVersion(card) ? (CardKitError.OldSchema(), null)
            : CardValidator.Check(card) is { } problem ? (CardKitError.BadCard(problem), null)
            : (null, card);
    }

    private static JsonObject? Element(JsonNode? node, string elementId) => node switch
    {
        JsonObject found when found.Text("element_id") == elementId => found,
        JsonObject found => found.Select(p => Element(p.Value, elementId)).FirstOrDefault(e => e is not null),
        JsonArray items => items.Select(i => Element(i, elementId)).FirstOrDefault(e => e is not null),
        _ => null,
    };
}
