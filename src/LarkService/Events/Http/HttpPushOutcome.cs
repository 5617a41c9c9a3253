namespace LarkService.Events.Http;

/// <summary>What can become of a push over HTTP; a label of metrics.</summary>
internal enum HttpPushOutcome
{
    /// <summary>An event: stored, known already, or of a type nobody handles.</summary>
    Taken,

    /// <summary>A callback, answered.</summary>
    Answered,

    /// <summary>A check of the address, passed.</summary>
    Verified,

    /// <summary>An event the database did not take: the platform pushes it again.</summary>
    NotStored,

    /// <summary>No app of that id receives over HTTP.</summary>
    UnknownApp,

    /// <summary>Not declared to be JSON.</summary>
    NotDeclaredJson,

    TooLarge,

    /// <summary>The body did not come within its time, or broke off.</summary>
    Incomplete,

    /// <summary>Too many large bodies at once.</summary>
    Busy,

    /// <summary>The signature is missing in part, malformed or wrong.</summary>
    BadSignature,

    /// <summary>No signature, and no check of the address either.</summary>
    Unsigned,

    /// <summary>Signed too long ago, or in the future.</summary>
    StaleTimestamp,

    /// <summary>A copy of a push that was here before.</summary>
    Replayed,

    /// <summary>In clear, although there is an Encrypt Key.</summary>
    NotEncrypted,

    Undecryptable,

    NotJson,

    /// <summary>The Verification Token is missing or wrong.</summary>
    WrongToken,

    /// <summary>JSON, but no push we can read.</summary>
    Undecodable,

    WrongApp,

    WrongTenant,
}
