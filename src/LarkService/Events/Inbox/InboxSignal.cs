namespace LarkService.Events.Inbox;

/// <summary>Wakes the dispatch right after a commit, and when a handler is done, so that nothing waits for the next look.</summary>
internal sealed class InboxSignal
{
    private TaskCompletionSource _news = New();

    /// <summary>Take this before looking: news that come while looking are then not missed.</summary>
    public Task Next => Volatile.Read(ref _news).Task;

    public void Wake() => Interlocked.Exchange(ref _news, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
