using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Flows;

/// <summary>
/// When to look after a device code on whose card nobody has clicked: the click may have been lost, and a code that ends before its
/// session needs a successor on the card. Each look costs a call that people may need, so an app's looks come apart, however many
/// sessions wait. A session for which there is no room in time is looked after when its user clicks.
/// </summary>
internal sealed class SlowLooks(IOptions<AuthorizationOptions> options, TimeProvider clock)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Of one app's looks, on each replica: 60 of the 1000 calls that the platform takes in a minute.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, TimesApart> _apps = new(StringComparer.Ordinal); // those that are configured

    /// <returns>Null when there is no room in time.</returns>
    public DateTimeOffset? Next(string appId, DateTimeOffset codeEndsAt)
    {
        var now = clock.GetUtcNow();
        var wanted = codeEndsAt > now && codeEndsAt < now + Pause ? codeEndsAt : now + Pause;
        return _apps.GetOrAdd(appId, _ => new TimesApart(Apart)).Next(wanted, now + options.Value.SessionLifetime);
    }
}
