using System.Net;
using LarkService.Accounts.Limits;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts.Keys;

/// <summary>
/// A key that memory does not know costs a look into the database. So an address that brought too many nobody has ever heard of, at whatever
/// routes, has but one look a second from then on; keys that memory knows are not held back by it. Bounded.
/// </summary>
internal sealed class UnknownKeys(RequestCounts counts, IOptions<ApiOptions> options, TimeProvider clock)
{
    public const int Most = 10_000;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly LimitRule _rule = LimitRule.PerQuarterHour(options.Value.AnonymousPerQuarterHour);
    private readonly Lock _gate = new();
    private readonly Dictionary<LimitKey, int> _looking = []; // no more than there are requests
    private readonly Dictionary<LimitKey, long> _paced = [];

    /// <summary>Takes a place before the look, so that many at once find no more than there are.</summary>
    /// <returns>Null when one more may be looked for; <see cref="End"/> must follow then.</returns>
    public TimeSpan? Begin(IPAddress? from)
    {
        var key = Key(from);
        lock (_gate)
        {
            var looking = _looking.GetValueOrDefault(key);
            if (counts.Look(key, _rule).Left <= looking && PauseOf(key) is { } pause)
            {
                return pause;
            }

            _looking[key] = looking + 1;
            return null;
        }
    }

    /// <param name="from">Whose place it was.</param>
    /// <param name="isUnknown">Nobody has heard of the key; else the place is given back.</param>
    public void End(IPAddress? from, bool isUnknown)
    {
        var key = Key(from);
        lock (_gate)
        {
            if (isUnknown)
            {
                counts.Take(key, _rule);
            }

            if (--_looking[key] == 0)
            {
                _looking.Remove(key);
            }
        }
    }

    private TimeSpan? PauseOf(LimitKey key)
    {
        if (_paced.TryGetValue(key, out var last) && clock.GetElapsedTime(last) is var since && since < Pace)
        {
            return Pace - since;
        }

        if (_paced.Count >= Most)
        {
            _paced.Clear();
        }

        _paced[key] = clock.GetTimestamp();
        return null;
    }

    private static LimitKey Key(IPAddress? from) => LimitKey.Of(LimitKind.UnknownKey, from);
}
