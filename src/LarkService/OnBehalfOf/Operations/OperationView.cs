using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>An operation, as its caller sees it.</summary>
/// <param name="Id">The operation's.</param>
/// <param name="State">See <see cref="ParkedCallState"/>.</param>
/// <param name="SessionId">The session it waits or waited for; null while the user may not be asked yet.</param>
/// <param name="CreatedAt">When it was parked.</param>
/// <param name="ExpiresAt">So long it waits for the user, or its answer is kept.</param>
internal sealed record OperationView(string Id, string State, string? SessionId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>What came back, where something did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OperationResponse? Response { get; init; }

    /// <summary>A problem document.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Error { get; init; }

    public static OperationView Of(ParkedCall call, StoredAnswer? answer) => new(call.Id, StateOf(call), call.SessionId, call.CreatedAt, call.ExpiresAt)
    {
        Response = answer is { Status: { } status } ? OperationResponse.Of(status, answer) : null,
        Error = answer?.Error,
    };

    private static string StateOf(ParkedCall call) => call.HeldBack ? ParkedCallState.WaitingForUser : call.State;
}

/// <summary>What the platform answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">By name, in lower case.</param>
internal sealed record OperationResponse(int Status, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>JSON as JSON, text as text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Body { get; init; }

    /// <summary>Anything else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BodyBase64 { get; init; }

    public static OperationResponse Of(int status, StoredAnswer answer)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in answer.Headers)
        {
            headers[name.ToLowerInvariant()] = value;
        }

        if (answer.ContentType is { } type)
        {
            headers["content-type"] = type;
        }

        var body = answer.Body is { Length: > 0 } bytes ? BodyOf(bytes, answer.ContentType) : null;
        return new OperationResponse(status, headers) { Body = body, BodyBase64 = body is null && answer.Body is { Length: > 0 } raw ? Convert.ToBase64String(raw) : null };
    }

    private static object? BodyOf(byte[] bytes, string? contentType)
    {
        var type = contentType?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        try
        {
            return type switch
            {
                "application/json" => JsonElement.Parse(bytes),
                _ when type.EndsWith("+json", StringComparison.Ordinal) => JsonElement.Parse(bytes),
                _ when type.StartsWith("text/", StringComparison.Ordinal) => Strict.GetString(bytes),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return null; // it is not what it says; its bytes are given instead
        }
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
