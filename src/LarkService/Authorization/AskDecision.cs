using LarkService.Platform;

namespace LarkService.Authorization;

/// <summary>What is to be done about a wish for consent.</summary>
internal abstract record AskDecision
{
    /// <summary>Nothing: the grant covers it.</summary>
    public sealed record Granted : AskDecision;

    /// <param name="Session">Waits for the user already, and covers it.</param>
    public sealed record Pending(AuthorizationSession Session) : AskDecision;

    /// <param name="RetryAfter">How long the user is left in peace.</param>
    public sealed record HoldBack(TimeSpan RetryAfter) : AskDecision;

    /// <summary>Another process is about to send a card that this wish would have to share: look again in a moment.</summary>
    public sealed record CardOnItsWay : AskDecision;

    /// <param name="Count">More scopes than the platform takes in one request.</param>
    public sealed record TooMany(int Count) : AskDecision;

    /// <param name="Scopes">For a new session.</param>
    public sealed record Ask(ScopeSet Scopes) : AskDecision
    {
        /// <summary>The session whose card the new one takes over; null: it gets a card of its own.</summary>
        public AuthorizationSession? CardOf { get; init; }

        /// <summary>Pending sessions whose place the new one takes.</summary>
        public IReadOnlyList<AuthorizationSession> Smaller { get; init; } = [];
    }
}
