using System.Collections.Concurrent;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary>The conversations, at most 5,000.</summary>
internal sealed class AilyStore(TimeProvider clock)
{
    private const int Most = 5_000;

    private readonly ConcurrentDictionary<string, AilySession> _sessions = new();
    private readonly ConcurrentQueue<string> _order = new();

    public IReadOnlyCollection<AilySession> All => [.. _sessions.Values];

    public AilySession Start(string? owner, string? channelContext, string? metadata)
    {
        var now = clock.GetUtcNow();
        var session = new AilySession
        {
            Id = Ids.Aily("session_", 20),
            OwnerOpenId = owner,
            CreatedAt = now,
            ModifiedAt = now,
            ChannelContext = channelContext,
            Metadata = metadata,
        };
        _sessions[session.Id] = session;
        _order.Enqueue(session.Id);
        if (_order.Count > Most && _order.TryDequeue(out var oldest))
        {
            _sessions.TryRemove(oldest, out _);
        }

        return session;
    }

    /// <summary>A conversation is there only for whoever started it.</summary>
    public AilySession? Find(string id, string? owner) => _sessions.TryGetValue(id, out var session) && session.OwnerOpenId == owner ? session : null;

    public bool Delete(AilySession session) => _sessions.TryRemove(session.Id, out _);
}
