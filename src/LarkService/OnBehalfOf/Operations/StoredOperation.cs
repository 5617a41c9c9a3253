using System.Text.Json;
using System.Text.Json.Serialization;
using LarkService.Grants.Sealing;
using LarkService.Platform;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>The exact call that waits, as it is stored: sealed.</summary>
/// <param name="Kind">Which <see cref="IOperation"/>.</param>
/// <param name="Payload">What it needs.</param>
/// <param name="IsSafeToRepeat">See <see cref="NewOperation"/>.</param>
internal sealed record StoredOperation(string Kind, string Payload, bool IsSafeToRepeat)
{
    /// <summary>See <see cref="NewOperation"/>.</summary>
    public TimeSpan? SafeFor { get; init; }

    [JsonIgnore]
    public bool ChangesSomething => !IsSafeToRepeat || SafeFor is not null;

    /// <summary>The kind in <c>parked_calls</c>, of all of them: the user's operations share their places.</summary>
    public const string ParkedKind = "operation";

    public static StoredOperation Of(NewOperation operation) => new(operation.Kind, operation.Payload, operation.IsSafeToRepeat) { SafeFor = operation.SafeFor };

    /// <summary>It may have been sent then: it can be sent again without being done twice.</summary>
    public bool IsSafeToRepeatAfter(DateTimeOffset sentAt, DateTimeOffset now) => IsSafeToRepeat && (SafeFor is null || now - sentAt < SafeFor);

    public string Seal(TokenSeal seal, UserKey user, string id) => seal.Seal(new Secret(JsonSerializer.Serialize(this)), user, SealPurpose.ParkedCall(id));

    /// <exception cref="SealException">It was changed, or its key is not configured.</exception>
    public static StoredOperation Open(TokenSeal seal, ParkedCall call) =>
        JsonSerializer.Deserialize<StoredOperation>(seal.Open(call.SealedPayload!, call.User, SealPurpose.ParkedCall(call.Id)).Reveal())!;
}
