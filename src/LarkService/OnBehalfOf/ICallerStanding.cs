namespace LarkService.OnBehalfOf;

/// <summary>Whether somebody whose call has waited may still make it. Implemented where callers are known.</summary>
internal interface ICallerStanding
{
    /// <param name="callerId">As <c>Callers.CallerId</c> names them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Null when they may; else why not, in a sentence for them.</returns>
    Task<string?> FaultAsync(string callerId, CancellationToken ct);
}
