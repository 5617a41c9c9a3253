namespace LarkService.Grants.OAuth.Pacing;

/// <summary>
/// How many calls the token endpoint takes from one app: 50 in any second and 1000 in any 60 (the platform's page of the
/// endpoint). Time is cut into stretches of 50 ms and calls are counted for each. The windows are two stretches longer than the
/// platform's: one for where in its stretch a call fell, one for calls that are under way for unequal times. And they go out evenly, and
/// in the long run a little slower than the platform allows (45 a second), because jitter on the way would push some of them into a second that is full; a
/// call that is refused costs everybody a pause.
/// </summary>
internal static class TokenCallRule
{
    public const int SlotsPerSecond = 20;
    public const int SlotMilliseconds = 1000 / SlotsPerSecond;

    public const int Burst = 10;
    public const int BurstSlots = 4;
    public const int PerSecond = 50;
    public const int SecondSlots = SlotsPerSecond + 2;
    public const int PerMinute = 1000;
    public const int MinuteSlots = (60 * SlotsPerSecond) + 2;

    /// <summary>Stretches ahead of now that still count: a clock that was set back this far only makes us wait. Further ahead they are errors.</summary>
    public const int SlotsAhead = 5 * SlotsPerSecond;

    /// <summary>What can wait leaves half of every window to people.</summary>
    public static int Share(int limit, CallPriority priority) => priority == CallPriority.Background ? (limit + 1) / 2 : limit;

    /// <summary>Calls that may be made now.</summary>
    /// <param name="wanted">How many are asked for.</param>
    /// <param name="priority">For whom.</param>
    /// <param name="burst">Made in the last <see cref="BurstSlots"/>.</param>
    /// <param name="second">Made in the last <see cref="SecondSlots"/>.</param>
    /// <param name="minute">Made in the last <see cref="MinuteSlots"/>.</param>
    public static int Permits(int wanted, CallPriority priority, int burst, int second, int minute) => Math.Max(0, Math.Min(
        Math.Min(wanted, Share(Burst, priority) - burst),
        Math.Min(Share(PerSecond, priority) - second, Share(PerMinute, priority) - minute)));
}
