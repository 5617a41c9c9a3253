using System.Text.Json;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>What an operation came to, as it is stored: sealed.</summary>
internal sealed record StoredAnswer
{
    /// <summary>HTTP status of the answer; null when there was none.</summary>
    public int? Status { get; init; }

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public byte[]? Body { get; init; }

    /// <summary>The problem, as the API spells it; null when all is well.</summary>
    public JsonElement? Error { get; init; }

    public static StoredAnswer Of(OperationAnswer answer, ProblemHttpResult? problem = null) => new()
    {
        Status = answer.Status,
        ContentType = answer.ContentType,
        Headers = answer.Headers,
        Body = answer.Body.ToArray(),
        Error = ErrorOf(problem),
    };

    public static StoredAnswer Of(ProblemHttpResult problem) => new() { Error = ErrorOf(problem) };

    public string Seal(TokenSeal seal, ParkedCall call) => seal.Seal(new Secret(JsonSerializer.Serialize(this)), call.User, SealPurpose.OperationAnswer(call.Id));

    /// <exception cref="SealException">It was changed, or its key is not configured.</exception>
    public static StoredAnswer? Open(TokenSeal seal, ParkedCall call) => call.SealedAnswer is null
        ? null
        : JsonSerializer.Deserialize<StoredAnswer>(seal.Open(call.SealedAnswer, call.User, SealPurpose.OperationAnswer(call.Id)).Reveal());

    private static JsonElement? ErrorOf(ProblemHttpResult? problem) =>
        problem is null ? null : JsonSerializer.SerializeToElement<ProblemDetails>(problem.ProblemDetails, JsonSerializerOptions.Web);
}
