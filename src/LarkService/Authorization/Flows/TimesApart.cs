namespace LarkService.Authorization.Flows;

/// <summary>Hands out times that lie apart, so that what happens then leaves room for others; after a quiet spell some may be the same.</summary>
/// <param name="gap">Between one time and the next.</param>
/// <param name="together">So many may come at once after a quiet spell.</param>
internal sealed class TimesApart(TimeSpan gap, int together = 1)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _free;

    /// <returns>Null when there is none up to <paramref name="latest"/>; then none is used up.</returns>
    public DateTimeOffset? Next(DateTimeOffset earliest, DateTimeOffset latest)
    {
        lock (_gate)
        {
            var least = earliest - (gap * (together - 1));
            var free = _free > least ? _free : least;
            var time = free > earliest ? free : earliest;
            if (time > latest)
            {
                return null;
            }

            _free = free + gap;
            return time;
        }
    }
}
