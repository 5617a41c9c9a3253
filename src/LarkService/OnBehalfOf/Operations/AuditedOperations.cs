using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Runs operations, and tells the audit log who had what done on whose behalf.</summary>
internal sealed class AuditedOperations(IEnumerable<IOperation> operations, CallAudit audit)
{
    private readonly Dictionary<string, IOperation> _operations = operations.ToDictionary(o => o.Kind, StringComparer.Ordinal);

    public bool Has(string kind) => _operations.ContainsKey(kind);

    /// <param name="kind">Which operation.</param>
    /// <param name="caller">Who wants it.</param>
    /// <param name="user">In whose name.</param>
    /// <param name="payload">What it needs, as JSON.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<OperationAnswer> RunAsync(string kind, string caller, UserKey user, string payload, CancellationToken ct)
    {
        var operation = _operations[kind];
        var outcome = CallOutcomes.Unreachable;
        try
        {
            var answer = await operation.RunAsync(user, payload, ct);
            outcome = answer.Status < StatusCodes.Status400BadRequest ? CallOutcomes.Ok : CallOutcomes.Refused;
            return answer;
        }
        catch (ConsentRequiredException)
        {
            outcome = CallOutcomes.ConsentRequired;
            throw;
        }
        catch (PlatformException e)
        {
            outcome = CallOutcomes.Of(e.Error);
            throw;
        }
        finally
        {
            if (!operation.IsAudited)
            {
                audit.Note(caller, user, kind, outcome);
            }
        }
    }
}
