namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Who waits for a call.</summary>
internal enum CallPriority
{
    /// <summary>A person or a caller.</summary>
    Interactive,

    /// <summary>Nobody: a refresh ahead of time, keeping a token alive, a poll.</summary>
    Background,
}
