using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>Asks people for consent. Implemented where authorization is; this feature only knows that somebody can.</summary>
internal interface IConsent
{
    /// <param name="user">Whom to ask.</param>
    /// <param name="gap">What is missing, and why.</param>
    /// <param name="scopes">All the work will need, so that one consent is enough.</param>
    /// <param name="place">Where, and in which words.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<ConsentAnswer> AskAsync(UserKey user, ConsentGap gap, ScopeSet scopes, ConsentPlace place, CancellationToken ct);

    /// <summary>How the asking has gone.</summary>
    Task<ConsentState> StateAsync(string sessionId, CancellationToken ct);
}

/// <summary>What came of asking.</summary>
internal abstract record ConsentAnswer
{
    /// <summary>A card is out; the session tells how it goes.</summary>
    public sealed record Waiting(string SessionId) : ConsentAnswer
    {
        /// <summary>The card went out now; else it was there.</summary>
        public bool CardSent { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }
    }

    /// <summary>Nothing is missing (any more).</summary>
    public sealed record AlreadyGranted : ConsentAnswer;

    /// <summary>The user was asked too often; ask later.</summary>
    public sealed record Later(TimeSpan After) : ConsentAnswer;
}

/// <summary>How a session stands, as far as waiting work cares.</summary>
internal enum ConsentState
{
    Pending,
    Granted,
    Declined,

    /// <summary>Over without an answer.</summary>
    Expired,

    /// <summary>The platform or we could not bring it about.</summary>
    Failed,

    /// <summary>A wider request has taken its place: ask again to find that one.</summary>
    Superseded,
}
