using System.Text.Json.Nodes;

namespace LarkSandbox.Tests;

/// <summary>An answer of the simulator: status, headers, JSON.</summary>
internal sealed record Reply(int Status, HttpResponseMessage Raw, JsonObject Body)
{
    public long? Code => Body["code"]?.GetValue<long>();

    public string? Error => Body["error"]?.ToString();

    public JsonNode Data => Body["data"]!;
}
