using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Chat;

/// <summary>All messages of the tenant, oldest first, at most 20,000; tells the page and the tests of every change.</summary>
internal sealed class MessageStore(TenantDirectory directory, SandboxOptions options, LiveFeed feed, ChangeSignal changes, TimeProvider clock)
{
    private const int Most = 20_000;
    private static readonly TimeSpan UuidLife = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<ChatMessage> _messages = new();
    private readonly Dictionary<string, ChatMessage> _byId = [];
    private readonly Dictionary<string, (ChatMessage Message, DateTimeOffset At)> _byUuid = [];
    private int _repeatedSends;

    /// <summary>Sends whose uuid was used within the last hour, and which therefore sent nothing.</summary>
    public int RepeatedSends => Volatile.Read(ref _repeatedSends);

    public IReadOnlyList<ChatMessage> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    public ChatMessage? Find(string messageId)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(messageId);
        }
    }

    /// <summary>Adds the message, or returns the one that the same uuid sent within the last hour.</summary>
    public ChatMessage Add(ChatMessage message, JsonObject? card, string? uuid)
    {
        lock (_gate)
        {
            if (uuid is not null && FindByUuid(uuid) is { } first)
            {
                return first;
            }

            if (card is not null)
            {
                message.Show(new(message.CreatedAt, "sent", card));
            }

            _messages.AddLast(message);
            _byId.Add(message.MessageId, message);
            if (uuid is not null)
            {
                _byUuid[uuid] = (message, message.CreatedAt);
            }

            Trim();
        }

        Tell(message);
        return message;
    }

    public ChatMessage? FindByUuid(string uuid)
    {
        lock (_gate)
        {
            if (!_byUuid.TryGetValue(uuid, out var known) || clock.GetUtcNow() - known.At >= UuidLife)
            {
                return null;
            }

            _repeatedSends++;
            return known.Message;
        }
    }

    public void Update(ChatMessage message, string how, JsonObject card)
    {
        lock (_gate)
        {
            message.Show(new(clock.GetUtcNow(), how, card));
        }

        Tell(message);
    }

    public void Remove(ChatMessage message)
    {
        message.Deleted = true;
        foreach (var reader in Readers(message))
        {
            feed.Publish("message-removed", new { message.MessageId }, reader);
        }

        changes.Notify();
    }

    /// <summary>The person's chat with the bot, and what only they see elsewhere; the last 200.</summary>
    public IReadOnlyList<ChatMessageView> VisibleTo(string openId)
    {
        lock (_gate)
        {
            return [.. _messages.Where(m => !m.Deleted && Readers(m).Contains(openId)).TakeLast(200).Select(View)];
        }
    }

    public ChatMessageView View(ChatMessage message) => new(
        message.MessageId,
        message.ChatId,
        message.SenderOpenId is null ? "bot" : "user",
        message.SenderOpenId is null ? options.BotName : directory.Find(message.SenderOpenId)!.Name,
        message.Card is null ? "text" : "interactive",
        message.Card is null ? Json.Parse(message.Content).Text("text") ?? message.Content : null,
        message.Card,
        message.CreatedAt.ToUnixTimeMilliseconds(),
        (message.Updated ? message.UpdatedAt : message.CreatedAt).ToUnixTimeMilliseconds(),
        message.Updated,
        message.OnlyVisibleTo,
        message.ReplyTo);

    private IEnumerable<string> Readers(ChatMessage message) =>
        message.OnlyVisibleTo is { } only ? [only] : directory.OwnerOf(message.ChatId) is { } owner ? [owner.OpenId] : [];

    private void Tell(ChatMessage message)
    {
        if (feed.HasSubscribers)
        {
            foreach (var reader in Readers(message))
            {
                feed.Publish("message", View(message), reader);
            }
        }

        changes.Notify();
    }

    private void Trim()
    {
        while (_messages.Count > Most)
        {
            _byId.Remove(_messages.First!.Value.MessageId);
            _messages.RemoveFirst();
        }

        if (_byUuid.Count > Most)
        {
            _byUuid.Clear();
        }
    }
}
