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

    /// <summary>The platform remembers an id for an hour; a repetition has to arrive well within it.</summary>
    private static readonly Field Uuid = new("uuid", TimeSpan.FromMinutes(50));

    /// <summary>For 72 hours.</summary>
    private static readonly Field IdempotentId = new("idempotent_id", TimeSpan.FromHours(71));

    private static readonly FrozenDictionary<string, Field> Fields = new Dictionary<string, Field>
    {
        ["POST /open-apis/im/v1/messages"] = Uuid,
        ["POST /open-apis/im/v1/messages/:message_id/reply"] = Uuid,
        ["POST /open-apis/aily/v1/sessions/:aily_session_id/messages"] = IdempotentId,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>The body, with an id where the API takes one and the caller gave none; and whether the call may be made again when nobody knows what became of it.</returns>
    public static (ReadOnlyMemory<byte> Body, Repeats Repeats) Of(ProxyRequest call, ReadOnlyMemory<byte> body)
    {
        if (call.IsRead)
        {
            return (body, Repeats.Always);
        }

        if (call.Api is null || !Fields.TryGetValue(call.Api.Label, out var field) || Parse(body) is not { } json)
        {
            return (body, Repeats.Never);
        }

        try
        {
            if (json[field.Name] is JsonValue given && given.GetValueKind() == JsonValueKind.String && given.GetValue<string>().Length > 0)
            {
                return (body, new(true, field.Known));
            }

            json[field.Name] = RandomIds.Create(IdBits);
            return (JsonSerializer.SerializeToUtf8Bytes(json), new(true, field.Known));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) // a member twice, half a character
        {
            return (body, Repeats.Never);
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

    /// <param name="Name">Of the member that holds the id.</param>
    /// <param name="Known">So long the platform knows it again.</param>
    private sealed record Field(string Name, TimeSpan Known);

    /// <summary>Whether, and for how long, a call may be made again when nobody knows what became of it.</summary>
    /// <param name="AreSafe">At all.</param>
    /// <param name="For">Since it was first sent; null: for ever, as it changes nothing.</param>
    internal readonly record struct Repeats(bool AreSafe, TimeSpan? For)
    {
        public static Repeats Always => new(true, null);

        public static Repeats Never => default;
    }
}
