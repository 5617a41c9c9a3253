using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Platform;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// Calls that the platform carries out once however often they come, for they carry an id of their own. Only where its documentation
/// says so; a field of that name elsewhere may mean anything.
/// </summary>
internal static class Deduplication
{
    private const int IdBits = 128; // 22 characters; the platform takes 50

    private static readonly FrozenDictionary<string, string> Fields = new Dictionary<string, string>
    {
        ["POST /open-apis/im/v1/messages"] = "uuid",
        ["POST /open-apis/im/v1/messages/:message_id/reply"] = "uuid",
        ["POST /open-apis/aily/v1/sessions/:aily_session_id/messages"] = "idempotent_id",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>The body, with an id where the API takes one and the caller gave none; and whether the call may be made again when nobody knows what became of it.</returns>
    public static (ReadOnlyMemory<byte> Body, bool IsSafeToRepeat) Of(ProxyRequest call, ReadOnlyMemory<byte> body)
    {
        if (call.IsRead)
        {
            return (body, true);
        }

        if (call.Api is null || !Fields.TryGetValue(call.Api.Label, out var field) || Parse(body) is not { } json)
        {
            return (body, false);
        }

        try
        {
            if (json[field] is JsonValue given && given.GetValueKind() == JsonValueKind.String && given.GetValue<string>().Length > 0)
            {
                return (body, true);
            }

            json[field] = RandomIds.Create(IdBits);
            return (JsonSerializer.SerializeToUtf8Bytes(json), true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) // a member twice, half a character
        {
            return (body, false);
        }
    }

    private static JsonObject? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
