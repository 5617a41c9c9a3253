namespace LarkService.OnBehalfOf.Operations;

/// <summary>Outbox topics of callers' operations; stored, so the words must stay.</summary>
internal static class OperationTopics
{
    /// <summary>
    /// An operation has ended, however. Payload: <see cref="OperationCompleted"/>. Whoever is to hear of it, by webhook or by the
    /// realtime event <c>operation:completed</c>, subscribes to this.
    /// </summary>
    public const string Completed = "operation.completed";
}

/// <param name="Id">The operation's.</param>
/// <param name="CallerId">Whose it is; null in messages of before it was told.</param>
/// <param name="AppId">The app.</param>
/// <param name="OpenId">In whose name it was.</param>
/// <param name="State">How it ended: see <see cref="ParkedCallState"/>.</param>
/// <param name="SessionId">The session it waited for; null when it waited for none.</param>
/// <param name="At">When.</param>
internal sealed record OperationCompleted(string Id, string? CallerId, string AppId, string OpenId, string State, string? SessionId, DateTimeOffset At);
