using LarkService.Grants.Sealing;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Routes under <c>/api/v1/operations</c>.</summary>
internal static class OperationEndpoints
{
    public const string Path = "/api/v1/operations";
    private const int LongestWait = 60;

    public static RouteGroupBuilder MapOperations(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup(Path).WithTags("Operations").RequirePermission(Permissions.CallsExecute);
        operations.MapGet("/{id}", FindAsync);
        return operations;
    }

    private static async Task<Results<Ok<OperationView>, ProblemHttpResult>> FindAsync(string id, ParkedOperations operations, HttpContext http, CancellationToken ct, int wait = 0)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (wait is < 0 or > LongestWait)
        {
            return Problems.Validation($"wait is {wait}: it is a number of seconds from 0 to {LongestWait}.");
        }

        try
        {
            return await operations.FindAsync(id, http.User.CallerId(), TimeSpan.FromSeconds(wait), ct) is { } found
                ? TypedResults.Ok(found)
                : Problems.NotFound("There is no such operation of yours, or its answer has been kept for its 24 hours.");
        }
        catch (SealException)
        {
            return Problems.Of("internal", StatusCodes.Status500InternalServerError, "What is stored for this operation does not open", "It was changed, or its key is not configured. An operator finds it with 'LarkService keys verify'.");
        }
    }
}
