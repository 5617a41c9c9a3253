namespace LarkService.Accounts.Limits;

/// <summary>So many requests in any stretch of this length.</summary>
/// <param name="Most">Requests.</param>
/// <param name="Window">The stretch.</param>
internal readonly record struct LimitRule(int Most, TimeSpan Window)
{
    /// <summary>The window is counted in so many parts, and the one that has begun.</summary>
    public const int Parts = 15;

    public static LimitRule PerMinute(int most) => new(most, TimeSpan.FromMinutes(1));

    public static LimitRule PerQuarterHour(int most) => new(most, TimeSpan.FromMinutes(15));

    /// <summary>Length of a part, in milliseconds.</summary>
    public long PartLength => Window.Ticks / TimeSpan.TicksPerMillisecond / Parts;
}

/// <param name="IsFree">The request may go on, and is counted.</param>
/// <param name="Left">Further ones at this moment.</param>
/// <param name="Wait">Until at least one more is free.</param>
internal readonly record struct LimitVerdict(bool IsFree, int Left, TimeSpan Wait);
