using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LarkService.Events.Http;

/// <summary>
/// The signed pushes of the last ten minutes, so that a copy of one is told from a new one. A nonce counts together with its
/// timestamp: the platform does not say how random it is, and who copies a push cannot change either. In memory, for this
/// process; a copy sent to another replica is stopped by the inbox, which knows the event's id.
/// </summary>
internal sealed class SeenNonces(TimeProvider clock)
{
    /// <summary>A push may be signed so much earlier, or by a clock that is so much ahead.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>In each half of the memory: some 5 MB when both are full.</summary>
    private const int Most = 100_000;

    private readonly Lock _gate = new();
    private HashSet<Int128> _older = [];
    private HashSet<Int128> _newer = [];
    private DateTimeOffset _since;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _older.Count + _newer.Count;
            }
        }
    }

    /// <summary>Remembers the push.</summary>
    /// <returns>False when it was here before.</returns>
    public bool Add(string appId, PushHead head)
    {
        var mark = Mark(appId, head);
        lock (_gate)
        {
            MakeRoom(clock.GetUtcNow());
            return !_older.Contains(mark) && _newer.Add(mark);
        }
    }

    /// <summary>It could not be taken: the very same push may come again.</summary>
    public void Forget(string appId, PushHead head)
    {
        var mark = Mark(appId, head);
        lock (_gate)
        {
            _newer.Remove(mark);
            _older.Remove(mark);
        }
    }

    // What was added last stays for at least twice the window: from its earliest moment to its latest. More than fits is
    // forgotten early, and then event ids are all there is.
    private void MakeRoom(DateTimeOffset now)
    {
        if (now - _since >= 2 * Window || _newer.Count >= Most)
        {
            (_older, _newer, _since) = (_newer, [], now);
        }
    }

    private static Int128 Mark(string appId, PushHead head) =>
        BinaryPrimitives.ReadInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{appId}|{head.Timestamp}|{head.Nonce}")));
}
