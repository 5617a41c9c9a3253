using System.Text.Json;
using System.Text.Json.Serialization;

namespace LarkService.LongConnection;

/// <summary>The body of the request; the platform wants these very names.</summary>
internal sealed record EndpointRequest([property: JsonPropertyName("AppID")] string AppId, string AppSecret);

/// <summary>The body of the answer. <paramref name="Data"/> may be missing, also beside code 0.</summary>
internal sealed record EndpointAnswer(int? Code, EndpointData? Data);

/// <summary>What the answer brings.</summary>
internal sealed record EndpointData([property: JsonPropertyName("URL")] string? Url, [property: JsonPropertyName("ClientConfig")] JsonElement? ClientConfig);

/// <summary>How those are written.</summary>
internal static class EndpointJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web);
}
