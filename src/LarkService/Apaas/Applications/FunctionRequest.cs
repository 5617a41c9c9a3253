using System.Text.Json;
using System.Text.Json.Nodes;

namespace LarkService.Apaas.Applications;

/// <summary>Body of <c>POST …/functions/{name}/invoke</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">For whom; their grant is required.</param>
/// <param name="Params">An object; null for none.</param>
/// <param name="IncludeOperator">True: the verified user goes along, as <c>operator_open_id</c> of the params.</param>
internal sealed record FunctionRequest(string? AppId, string? OpenId, JsonElement? Params, bool? IncludeOperator)
{
    public const string Operator = "operator_open_id";

    public string? Fault() => Params switch
    {
        null => null,
        { ValueKind: not JsonValueKind.Object } => "params takes an object.",
        { } given when !given.IsWhole() => "params holds half a character (an unpaired surrogate).",
        { } given when given.TryGetProperty(Operator, out _) => $"params: {Operator} is not yours to give, for a function may rely on it. Say \"includeOperator\": true, and the verified user goes along.",
        { } given when given.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal).Any(same => same.Count() > 1) => "params names something twice.",
        _ => null,
    };

    /// <summary>The params as the platform takes them: JSON in a text.</summary>
    /// <param name="openId">The verified user.</param>
    public string? Wrapped(string openId)
    {
        if (IncludeOperator != true)
        {
            return Params?.GetRawText();
        }

        var all = Params is { } given ? JsonObject.Create(given)! : new JsonObject();
        all[Operator] = openId;
        return all.ToJsonString();
    }
}
