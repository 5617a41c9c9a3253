using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Platform.OpenApi;

namespace LarkService.Events.Callbacks;

/// <summary>The callback response as the platform reads it.</summary>
internal static class CallbackBody
{
    private const int UsualBytes = 1024;
    private static readonly JsonWriterOptions Writing = new() { Encoder = WireJson.Options.Encoder };

    /// <returns>Null when there is nothing to say.</returns>
    public static ReadOnlyMemory<byte>? Of(JsonObject? toast, JsonObject? card = null)
    {
        if (toast is null && card is null)
        {
            return null;
        }

        var bytes = new ArrayBufferWriter<byte>(UsualBytes);
        using var json = new Utf8JsonWriter(bytes, Writing);
        json.WriteStartObject();
        if (toast is not null)
        {
            json.WritePropertyName("toast");
            toast.WriteTo(json);
        }

        if (card is not null)
        {
            json.WriteStartObject("card");
            json.WriteString("type", "raw");
            json.WritePropertyName("data");
            card.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }
}
