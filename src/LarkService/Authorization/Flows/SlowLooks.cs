using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Flows;

/// <summary>
/// When to look after a session on whose card nobody has clicked, in the device flow: the click may have been lost, and a code that ends
/// before its session needs a successor on the card. Each look costs calls that people may need, so an app's looks come apart, however
/// many sessions wait. A session for which there is no room in time is looked after when its user clicks.
/// </summary>
internal sealed class SlowLooks(IOptions<AuthorizationOptions> options, TimeProvider clock)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Between two polls for one app, on each replica: 12 of the 1000 calls that the platform takes in a minute.</summary>
    public static readonly TimeSpan PollsApart = TimeSpan.FromSeconds(5);

    /// <summary>Between two new codes for one app, on each replica; they do not use the token endpoint.</summary>
    public static readonly TimeSpan CodesApart = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Room> _apps = new(StringComparer.Ordinal); // those that are configured

    /// <returns>When to poll, or when to fetch another code; null when there is no room in time for either.</returns>
    public DateTimeOffset? Next(string appId, DateTimeOffset codeEndsAt)
    {
        var now = clock.GetUtcNow();
        var (soon, end) = (now + Pause, now + options.Value.SessionLifetime);
        var room = _apps.GetOrAdd(appId, _ => new Room(new(PollsApart), new(CodesApart)));
        return room.Polls.Next(soon, codeEndsAt < end ? codeEndsAt : end)
            ?? room.Codes.Next(codeEndsAt > now ? codeEndsAt : soon, end - Pause); // not for the last moments
    }

    private sealed record Room(TimesApart Polls, TimesApart Codes);
}
