using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LarkService.Webhooks;

/// <summary>Something that happened, as other systems are told of it. It holds ids and facts, never a token.</summary>
/// <param name="Type">See <see cref="WebhookEvents"/>.</param>
/// <param name="AppId">The app.</param>
/// <param name="OpenId">Whose consent or grant.</param>
/// <param name="Occasion">Tells it from other notices of this type about this user, and is the same when it is told again.</param>
/// <param name="CreatedAt">When it happened.</param>
internal sealed record WebhookNotice(string Type, string AppId, string OpenId, string Occasion, DateTimeOffset CreatedAt)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string? SessionId { get; init; }

    /// <summary>What there is to say besides.</summary>
    public required object Data { get; init; }

    public string Id => Short("ntc", $"{Type}|{AppId}|{OpenId}|{Occasion}");

    /// <summary>The same for every try of one target.</summary>
    public string DeliveryId(string address) => Short("dlv", $"{Id}|{address}");

    public string Body() => JsonSerializer.Serialize(new { Id, Type, CreatedAt = CreatedAt.ToUniversalTime(), AppId, OpenId, SessionId, Data }, Json);

    private static string Short(string prefix, string text) => $"{prefix}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}";
}
