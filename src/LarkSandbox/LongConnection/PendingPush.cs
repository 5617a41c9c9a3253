using Lark.Wire;

namespace LarkSandbox.LongConnection;

/// <summary>A push that waits for its ack.</summary>
internal sealed record PendingPush(SandboxConnection Connection, string Kind, string Title, Frame Sent, long StartedAt)
{
    public TaskCompletionSource<PushResult.Answered> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>An answer that came counts, even when whoever waits for it hears of the end of the line first.</summary>
    public PushResult AnswerOr(PushResult otherwise) => Answer.Task is { IsCompletedSuccessfully: true, Result: var answer } ? answer : otherwise;
}
