using System.Text.Json;
using LarkService.Grants.Sealing;
using LarkService.Platform;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>The exact call that waits, as it is stored: sealed.</summary>
/// <param name="Kind">Which <see cref="IOperation"/>.</param>
/// <param name="Payload">What it needs.</param>
/// <param name="IsSafeToRepeat">See <see cref="NewOperation"/>.</param>
internal sealed record StoredOperation(string Kind, string Payload, bool IsSafeToRepeat)
{
    /// <summary>The kind in <c>parked_calls</c>, of all of them: the user's operations share their places.</summary>
    public const string ParkedKind = "operation";

    public string Seal(TokenSeal seal, UserKey user, string id) => seal.Seal(new Secret(JsonSerializer.Serialize(this)), user, SealPurpose.ParkedCall(id));

    /// <exception cref="SealException">It was changed, or its key is not configured.</exception>
    public static StoredOperation Open(TokenSeal seal, ParkedCall call) =>
        JsonSerializer.Deserialize<StoredOperation>(seal.Open(call.SealedPayload!, call.User, SealPurpose.ParkedCall(call.Id)).Reveal())!;
}
