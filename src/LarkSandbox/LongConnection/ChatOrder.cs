namespace LarkSandbox.LongConnection;

/// <summary>Lets work of one chat begin when the work of that chat before it has ended, in the order it was handed in.</summary>
internal sealed class ChatOrder
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _last = [];

    /// <summary>The same work, in its turn; without a chat it is at once.</summary>
    public Func<CancellationToken, Task> Behind(string? chat, Func<CancellationToken, Task> work)
    {
        if (chat is null)
        {
            return work;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_gate)
        {
            before = _last.GetValueOrDefault(chat, Task.CompletedTask);
            _last[chat] = done.Task;
        }

        return async ct =>
        {
            try
            {
                await before.WaitAsync(ct);
                await work(ct);
            }
            finally
            {
                done.TrySetResult();
            }
        };
    }
}
