namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Who waits for a call; whoever stands first comes first.</summary>
internal enum CallPriority
{
    /// <summary>A person or a caller.</summary>
    Interactive,

    /// <summary>A person who has just clicked and is likely to have agreed by now. Takes whatever those who wait leave.</summary>
    Expected,

    /// <summary>Nobody: a refresh ahead of time, keeping a token alive, one more poll.</summary>
    Background,
}
