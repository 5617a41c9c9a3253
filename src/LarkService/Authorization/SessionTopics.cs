namespace LarkService.Authorization;

/// <summary>Outbox topics of this feature; stored, so the words must stay.</summary>
internal static class SessionTopics
{
    /// <summary>A session's card has to show something else. Payload: <see cref="SessionChanged"/>.</summary>
    public const string Changed = "authorization.changed";

    /// <summary>A session has reached a final state. Payload: <see cref="SessionChanged"/>.</summary>
    public const string Finished = "authorization.finished";
}

/// <summary>Which session changed; what it is now is read from the database.</summary>
internal sealed record SessionChanged(string SessionId);
