using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Cards.Entities;

/// <summary>The card entities, at most 5,000.</summary>
internal sealed class CardEntityStore(TimeProvider clock)
{
    private const int Most = 5_000;

    private readonly ConcurrentDictionary<string, CardEntity> _entities = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public CardEntity Add(JsonObject card)
    {
        var now = clock.GetUtcNow();
        var entity = new CardEntity(RandomNumberGenerator.GetString("0123456789", 19), card, now) { StreamsSince = Streams(card) ? now : null };
        _entities[entity.Id] = entity;
        _order.Enqueue(entity.Id);
        if (_order.Count > Most && _order.TryDequeue(out var oldest))
        {
            _entities.TryRemove(oldest, out _);
        }

        return entity;
    }

    public CardEntity? Find(string id) => _entities.GetValueOrDefault(id);

    /// <summary>The id in a message's content that names an entity; null when the content is anything else.</summary>
    public static string? IdIn(string? msgType, string? content) =>
        msgType == "interactive" && content is not null && Json.ParseObject(content) is { } named && named.Text("type") == "card" && named["data"] is { } data
            ? data.Text("card_id") ?? ""
            : null;

    public static bool Streams(JsonObject card) => card["config"].Flag("streaming_mode") == true;
}
