namespace LarkService.Webhooks;

/// <summary>When a notice that did not arrive is posted again: nine tries over about 21 hours, then it is given up.</summary>
internal static class WebhookLadder
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
    ];

    /// <summary>An older notice is given up with its next vain try, so that a target that is away for long gathers no heap.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>As long as a notice has had no more tries than this, later ones about its user wait for it. After that order gives way.</summary>
    public const int TriesThatKeepOrder = 2;

    /// <param name="attempts">Tries so far, at least 1, all of them in vain.</param>
    /// <returns>Null when there is no other try.</returns>
    public static TimeSpan? PauseAfter(int attempts) => attempts > Pauses.Length ? null : Pauses[attempts - 1];
}
