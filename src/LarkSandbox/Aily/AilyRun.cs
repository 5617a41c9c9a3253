namespace LarkSandbox.Aily;

/// <summary>
/// One answer in the making. Its state follows from the clock: queued for a fifth of its time, then in progress,
/// then finished; nothing has to happen for it to move on.
/// </summary>
internal sealed class AilyRun(string id, string appId, string? metadata, DateTimeOffset createdAt, TimeSpan duration, string answer, RunEnding ending, string messageId)
{
    public string Id => id;

    public string AppId => appId;

    public string? Metadata => metadata;

    public string Answer => answer;

    public DateTimeOffset CreatedAt => createdAt;

    public DateTimeOffset StartedAt => createdAt + (duration * 0.2);

    public DateTimeOffset EndsAt => createdAt + duration;

    /// <summary>The id its answer will have.</summary>
    public string MessageId => messageId;

    /// <summary>The first half of the time it writes something else, which does not stand at the end.</summary>
    public bool ChangesItsMind { get; init; }

    public DateTimeOffset? CancelledAt { get; private set; }

    public string StatusAt(DateTimeOffset now)
    {
        if (CancelledAt is not null)
        {
            return "CANCELLED";
        }

        if (now < StartedAt)
        {
            return "QUEUED";
        }

        return now < EndsAt ? "IN_PROGRESS" : ending switch
        {
            RunEnding.Fails => "FAILED",
            RunEnding.AsksBack => "REQUIRES_MESSAGE",
            _ => "COMPLETED",
        };
    }

    public bool IsActiveAt(DateTimeOffset now) => StatusAt(now) is "QUEUED" or "IN_PROGRESS" or "REQUIRES_MESSAGE";

    /// <summary>Without effect on a finished run.</summary>
    public void Cancel(DateTimeOffset now)
    {
        if (IsActiveAt(now))
        {
            CancelledAt = now;
        }
    }
}
