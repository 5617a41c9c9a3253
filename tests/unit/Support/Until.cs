namespace LarkService.UnitTests.Support;

/// <summary>Waits for what other tasks are about to do; fails after a minute instead of hanging.</summary>
internal static class Until
{
    // Short, but no mere yield: that would take a processor from those it waits for.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    public static CancellationToken SomeTime() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var limit = SomeTime();
        while (!await condition())
        {
            await Task.Delay(Look, TimeProvider.System, limit);
        }
    }

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(SomeTime());

    public static Task Soon(this Task task) => task.WaitAsync(SomeTime());
}
