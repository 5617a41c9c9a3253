using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>What an operation came to: an HTTP answer, small enough to keep.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Null when there is no body.</param>
/// <param name="Body">At most 4 MB.</param>
internal sealed record OperationAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Body) : IResult
{
    /// <summary>Further headers for the caller, by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <returns>Status 200 with <paramref name="value"/> in the API's own spelling.</returns>
    public static OperationAnswer Json<T>(T value) =>
        new(StatusCodes.Status200OK, "application/json; charset=utf-8", JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web));

    /// <returns>What is wrong with a call, where that shows only once it is carried out.</returns>
    public static OperationAnswer Problem(ProblemHttpResult problem) =>
        new(problem.StatusCode, "application/problem+json", JsonSerializer.SerializeToUtf8Bytes(problem.ProblemDetails, JsonSerializerOptions.Web));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (!Body.IsEmpty)
        {
            await response.Body.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}
