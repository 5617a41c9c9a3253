using System.Text.Json;

namespace LarkService.Apaas.Applications;

/// <summary>Body of <c>POST …/flows/{flowId}/execute</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">For whom; their grant is required.</param>
/// <param name="Params">An object; null for none.</param>
/// <param name="Operator">Who carries it out, as aPaaS knows them: <c>_id</c>, <c>email</c> or both; null: the user, by their e-mail address.</param>
/// <param name="IdempotencyKey">The platform runs a flow once for a key, and refuses it the second time; null: one is made.</param>
internal sealed record FlowRequest(string? AppId, string? OpenId, JsonElement? Params, JsonElement? Operator, string? IdempotencyKey)
{
    private const int LongestKey = 64;
    private const string OperatorShape = """operator takes {"_id": 1800000000000001}, {"email": "name@example.com"} or both: an aPaaS user.""";

    public string? Fault() =>
        (Params is { ValueKind: not JsonValueKind.Object } ? "params takes an object." : null)
        ?? (Params is { } given && !given.IsWhole() ? "params holds half a character (an unpaired surrogate)." : null)
        ?? (Operator is { } who && !IsOperator(who) ? OperatorShape : null)
        ?? (IdempotencyKey is { } key && (key.Length is 0 or > LongestKey || !key.All(c => c is > ' ' and < '\u007f'))
            ? $"idempotencyKey takes 1 to {LongestKey} visible ASCII characters."
            : null);

    private static bool IsOperator(JsonElement who) =>
        who.ValueKind == JsonValueKind.Object
        && who.IsWhole()
        && who.EnumerateObject().Any()
        && who.EnumerateObject().All(p => p.Name switch
        {
            "_id" => p.Value.ValueKind == JsonValueKind.Number && p.Value.TryGetInt64(out _),
            "email" => p.Value.ValueKind == JsonValueKind.String && p.Value.GetString()!.Contains('@', StringComparison.Ordinal),
            _ => false,
        });
}
