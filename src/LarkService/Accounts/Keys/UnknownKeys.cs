using System.Net;
using LarkService.Accounts.Limits;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts.Keys;

/// <summary>
/// A key that memory does not know costs a look into the database. So an address that brought too many nobody has ever heard of, at whatever
/// routes, has to wait before another one of its is looked for; keys that memory knows are not held back by it.
/// </summary>
internal sealed class UnknownKeys(RequestCounts counts, IOptions<ApiOptions> options)
{
    private readonly LimitRule _rule = LimitRule.PerQuarterHour(options.Value.AnonymousPerQuarterHour);

    /// <returns>Null when one more may be looked for.</returns>
    public TimeSpan? WaitOf(IPAddress? from) => counts.Look(Key(from), _rule) is { IsFree: false, Wait: var wait } ? wait : null;

    /// <summary>Nobody has heard of it.</summary>
    public void Note(IPAddress? from) => counts.Take(Key(from), _rule);

    private static LimitKey Key(IPAddress? from) => LimitKey.Of(LimitKind.UnknownKey, from);
}
