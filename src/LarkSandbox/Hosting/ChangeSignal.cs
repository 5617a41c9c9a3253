namespace LarkSandbox.Hosting;

/// <summary>Told of every change of the simulator's state; tests wait on it for a condition instead of sleeping.</summary>
internal sealed class ChangeSignal(TimeProvider clock)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private TaskCompletionSource _next = New();

    public void Notify() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Returns when the condition holds; looks at every change and, for what is not ours, every 50 ms.</summary>
    public async Task WaitForAsync(Func<bool> condition, TimeSpan limit, CancellationToken ct = default)
    {
        using var deadline = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        while (true)
        {
            var next = Volatile.Read(ref _next).Task;
            if (condition())
            {
                return;
            }

            if (either.IsCancellationRequested)
            {
                ct.ThrowIfCancellationRequested();
                throw new TimeoutException($"The condition did not come true within {limit}.");
            }

            await Task.WhenAny(next, Task.Delay(LookAgain, clock, either.Token));
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
