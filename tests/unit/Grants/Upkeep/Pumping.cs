using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants.Upkeep;

/// <summary>Lets paced work run on a clock that waits to be told.</summary>
internal static class Pumping
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Moves the clock, a second at a time, whenever somebody waits for a little while.</summary>
    public static async Task<T> ThroughAsync<T>(this ManualTime clock, Task<T> work)
    {
        while (!work.IsCompleted)
        {
            if (await Task.WhenAny(work, clock.SomeoneWaitsAsync(TimeSpan.Zero, Longest)) != work)
            {
                clock.AdvanceSeconds(1);
            }
        }

        return await work;
    }
}
