namespace LarkService.Events;

/// <summary>
/// Answers a click on a card while the user waits: within 2.5 s, without writing to the database first. What must be written
/// goes into <see cref="CallbackAnswer.Afterwards"/>, which runs once the answer is on its way.
/// </summary>
internal interface ICardActionHandler
{
    Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct);
}
