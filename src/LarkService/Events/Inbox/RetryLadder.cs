namespace LarkService.Events.Inbox;

/// <summary>When a failed event is tried again: 8 tries over about 9 hours, then it is set aside.</summary>
internal static class RetryLadder
{
    private static readonly TimeSpan[] Pauses = [.. new[] { 1, 5, 30, 300, 1800, 7200, 21600 }.Select(s => TimeSpan.FromSeconds(s))];

    /// <summary>The first try and one after each pause.</summary>
    public static int MaxAttempts => Pauses.Length + 1;

    /// <summary>
    /// As long as an event has had no more tries than this (about 36 s), later events of its key wait for it. After that one
    /// event that cannot be handled must not hold up a whole chat for hours, and order gives way.
    /// </summary>
    private const int AttemptsThatKeepOrder = 3;

    /// <summary>Begun so often without a failure that gave it up: it ends the process.</summary>
    /// <param name="attempts">Tries begun, with the present one.</param>
    public static bool IsHopeless(int attempts) => attempts > 2 * MaxAttempts;

    /// <param name="attempts">Tries so far, all of them failed.</param>
    public static bool KeepsOrder(int attempts) => attempts <= AttemptsThatKeepOrder;

    /// <param name="attempts">Tries so far, at least 1.</param>
    /// <returns>The pause before the next try; null when there is none.</returns>
    public static TimeSpan? PauseAfter(int attempts) => attempts >= MaxAttempts ? null : Pauses[attempts - 1];
}
