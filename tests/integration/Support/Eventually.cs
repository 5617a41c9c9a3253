namespace LarkService.IntegrationTests.Support;

/// <summary>Waits for a condition with a bound; looks every 50 ms at what tells nobody when it changes.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static Task<T> FindAsync<T>(string what, Func<T?> look, TimeSpan? within = null)
        where T : class => FindAsync(what, () => Task.FromResult(look()), within);

    public static async Task<T> FindAsync<T>(string what, Func<Task<T?>> look, TimeSpan? within = null)
        where T : class
    {
        var limit = within ?? Patience;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Not seen within {limit.TotalSeconds:0.#} s: {what}.");
            }

            await Task.Delay(Look, TimeProvider.System);
        }
    }

    public static Task TrueAsync(string what, Func<bool> condition, TimeSpan? within = null) =>
        FindAsync(what, () => condition() ? "yes" : null, within);

    public static Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null) =>
        FindAsync(what, async () => await condition() ? "yes" : null, within);
}
