namespace LarkService.Grants;

/// <summary>Whether somebody waits for a refresh. One that began behind becomes urgent when a caller joins it.</summary>
internal sealed class RefreshUrgency
{
    private readonly TaskCompletionSource _urgent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsUrgent => _urgent.Task.IsCompleted;

    /// <summary>Ends when it becomes urgent.</summary>
    public Task Urgent => _urgent.Task;

    public void Hurry() => _urgent.TrySetResult();
}
