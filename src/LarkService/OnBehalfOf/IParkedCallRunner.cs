using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Carries out one kind of work on a person's behalf. It is called at once when nothing is missing, and again after consent,
/// after a crash or after a passing fault: it must find its own way from where it stopped.
/// </summary>
internal interface IParkedCallRunner
{
    /// <summary>Stored with the work; must stay.</summary>
    string Kind { get; }

    /// <exception cref="ConsentRequiredException">The user has to agree (again); the work waits for it.</exception>
    Task RunAsync(UserKey user, string payload, CancellationToken ct);

    /// <summary>The work will not be done: the user declined, or the time ran out.</summary>
    Task GiveUpAsync(UserKey user, string payload, ParkedCallEnd end, CancellationToken ct);
}

/// <summary>Why parked work ended without being done.</summary>
internal enum ParkedCallEnd
{
    Declined,
    Expired,
    Failed,

    /// <summary>The user's grant was taken back.</summary>
    Revoked,
}

/// <summary>Where work on a person's behalf comes in.</summary>
internal interface IParkedCalls
{
    /// <summary>
    /// Does the work now if the user's grant allows; else keeps it (sealed) and asks for consent with a card. Returns when the
    /// work is done or safely kept.
    /// </summary>
    /// <param name="work">What to do, for whom.</param>
    /// <param name="ct">Ends the wait; kept work is not lost.</param>
    Task RunOrParkAsync(NewCall work, CancellationToken ct);
}

/// <param name="Id">Chosen by the caller; the same id is kept once. At most 100 characters.</param>
/// <param name="Kind">Which <see cref="IParkedCallRunner"/>.</param>
/// <param name="User">In whose name.</param>
/// <param name="Payload">What the runner needs, as JSON. Stored sealed.</param>
/// <param name="Scopes">What it will need, so that one consent covers all of it.</param>
/// <param name="Place">Where the user is to be asked.</param>
internal sealed record NewCall(string Id, string Kind, UserKey User, string Payload, ScopeSet Scopes, ConsentPlace Place);

/// <param name="Reason">For the card: what the consent is needed for, in the user's words. Plain text, at most 200 characters are shown.</param>
/// <param name="ReasonZh">The same in Chinese.</param>
/// <param name="ReasonJa">The same in Japanese.</param>
/// <param name="ChatId">The chat the user is in, null to write to the user directly.</param>
/// <param name="IsGroup">Others read along there.</param>
/// <param name="Explicit">The user's own message caused it, so no pause between cards applies.</param>
internal sealed record ConsentPlace(string Reason, string ReasonZh, string ReasonJa, string? ChatId, bool IsGroup, bool Explicit);
