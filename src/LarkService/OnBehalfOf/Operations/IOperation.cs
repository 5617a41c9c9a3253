using LarkService.Platform;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>
/// One kind of call that callers make over REST in a user's name. What it needs travels as JSON, so that it can wait for the user
/// and outlive the process.
/// </summary>
internal interface IOperation
{
    /// <summary>Stored with the call; must stay. At most 50 characters.</summary>
    string Kind { get; }

    /// <summary>It tells the audit log itself which API it called.</summary>
    bool IsAudited => false;

    /// <param name="user">In whose name.</param>
    /// <param name="payload">What <see cref="NewOperation.Payload"/> held.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What the caller gets, the platform's refusals included where they are the caller's to see.</returns>
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="Platform.OpenApi.PlatformException">The platform refused.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached, or its answer was lost.</exception>
    Task<OperationAnswer> RunAsync(UserKey user, string payload, CancellationToken ct);
}

/// <param name="Kind">Which <see cref="IOperation"/>.</param>
/// <param name="User">In whose name.</param>
/// <param name="Scopes">What it will need, so that one consent is enough.</param>
/// <param name="Payload">What the operation needs, as JSON; at most 2 MB, so that a body of 1 MB fits in as base64. Stored sealed when it has to wait.</param>
/// <param name="IsSafeToRepeat">It changes nothing, or the platform de-duplicates it: when its outcome is unknown it may be sent again.</param>
internal sealed record NewOperation(string Kind, UserKey User, ScopeSet Scopes, string Payload, bool IsSafeToRepeat)
{
    /// <summary>So long after it was first sent, for the platform forgets its ids; null: it changes nothing, and may be repeated at any time.</summary>
    public TimeSpan? SafeFor { get; init; }

    /// <summary>What came of it matters when its answer is lost.</summary>
    public bool ChangesSomething => !IsSafeToRepeat || SafeFor is not null;
}
