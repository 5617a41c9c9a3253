using LarkService.Platform;

namespace LarkService.Authorization;

/// <summary>A wish for somebody's consent.</summary>
/// <param name="User">Whose.</param>
/// <param name="Scopes">For what; the app's own scopes and those already granted are added.</param>
/// <param name="Origin">Who wants it.</param>
internal sealed record ConsentAsk(UserKey User, ScopeSet Scopes, SessionOrigin Origin)
{
    /// <summary>What for, in plain words; shown as text, never as markdown.</summary>
    public string? Reason { get; init; }

    /// <summary>The same in Chinese; null to show <see cref="Reason"/> in every language.</summary>
    public string? ReasonZh { get; init; }

    /// <summary>The same in Japanese.</summary>
    public string? ReasonJa { get; init; }

    /// <summary>The card's language (<c>zh_cn</c>, <c>en_us</c>, <c>ja_jp</c>); null lets each client pick its own.</summary>
    public string? Locale { get; init; }

    public bool Detailed { get; init; }

    /// <summary>The chat to ask in; null for a direct message.</summary>
    public string? ChatId { get; init; }

    /// <summary>Others are in that chat: the card is shown to the user alone.</summary>
    public bool IsGroup { get; init; }

    /// <summary>Ask even when the grant covers everything: the user wants to.</summary>
    public bool EvenIfGranted { get; init; }

    /// <summary>A card of an earlier session to take over instead of sending one.</summary>
    public AuthorizationSession? CardOf { get; init; }

    /// <summary>The message the user clicked. One that was sent anew is on screen a moment before its session knows of it.</summary>
    public string? Clicked { get; init; }
}

/// <summary>What came of it.</summary>
internal abstract record AskOutcome
{
    /// <summary>Nothing to ask: the grant covers it.</summary>
    public sealed record AlreadyGranted : AskOutcome;

    /// <param name="Session">New, or the pending one that covers what is asked.</param>
    /// <param name="CardSent">The user is asked because of this: by a card of its own, or on one that was there.</param>
    public sealed record Asked(AuthorizationSession Session, bool CardSent) : AskOutcome
    {
        /// <summary>No message was sent: a card that was there changes.</summary>
        public bool InPlace { get; init; }
    }

    /// <summary>The user is left in peace: asked too often within a minute, or, where nobody asked expressly, within the cooldown or after a refusal.</summary>
    public sealed record TooOften(TimeSpan RetryAfter) : AskOutcome;

    /// <summary>With what the app always asks for, these are more scopes than the platform takes in one request.</summary>
    public sealed record TooManyScopes(int Count) : AskOutcome;
}
