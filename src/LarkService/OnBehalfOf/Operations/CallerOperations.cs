
namespace LarkService.OnBehalfOf.Operations;

/// <summary>Where callers' operations come in.</summary>
internal sealed class CallerOperations(IEnumerable<IOperation> operations, CallProblems problems)
{
    private readonly Dictionary<string, IOperation> _operations = operations.ToDictionary(o => o.Kind, StringComparer.Ordinal);

    /// <summary>
    /// Carries it out now. When the user has to agree first, they are asked with a card, and the caller is told so.
    /// </summary>
    public async Task<IResult> AnswerAsync(NewOperation operation, HttpContext http, CancellationToken ct) =>
        (await problems.OrProblemAsync<OperationAnswer>(
            operation.User, operation.Scopes, http, async () => await _operations[operation.Kind].RunAsync(operation.User, operation.Payload, ct), ct)).Result;
}
