using System.Text.Json;

namespace LarkService.Data.Outbox;

/// <summary>Writes follow-ups into the caller's own transaction.</summary>
internal sealed class OutboxPublisher(IEnumerable<OutboxSubscription> subscriptions, OutboxSignal signal, TimeProvider clock)
{
    private readonly ILookup<string, OutboxSubscription> _byTopic = subscriptions.Where(s => !s.IsIdle).ToLookup(s => s.Topic, StringComparer.Ordinal);

    /// <summary>Adds one message for each subscriber of the topic; the caller saves, commits and then calls <see cref="Committed"/>.</summary>
    /// <param name="db">The context whose transaction the messages join.</param>
    /// <param name="topic">Name of what happened.</param>
    /// <param name="key">What it happened to: orders the messages among themselves.</param>
    /// <param name="payload">Ids and facts, never a secret: it is stored in clear.</param>
    /// <param name="due">Not before this time; null for at once. What is published later for the same key waits for it, too.</param>
    public void Add<T>(LarkDbContext db, string topic, string key, T payload, DateTimeOffset? due = null)
    {
        var json = JsonSerializer.Serialize(payload, JsonSerializerOptions.Web);
        var now = clock.GetUtcNow();
        foreach (var subscription in _byTopic[topic])
        {
            db.Add(new OutboxMessage { Subscriber = subscription.Name, Key = key, Payload = json, CreatedAt = now, DueAt = due ?? now });
        }
    }

    public void Committed() => signal.Wake();
}
