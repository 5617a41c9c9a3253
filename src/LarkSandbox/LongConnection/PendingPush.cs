using Lark.Wire;

namespace LarkSandbox.LongConnection;

/// <summary>A push that waits for its ack.</summary>
internal sealed record PendingPush(SandboxConnection Connection, string Kind, string Title, Frame Sent, long StartedAt)
{
    public TaskCompletionSource<PushResult.Answered> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
