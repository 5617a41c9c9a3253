using System.Text.Json;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;

namespace LarkSandbox.Apaas.Applications;

/// <summary>What the functions of the demo application do.</summary>
internal sealed class DemoFunctions(TenantDirectory directory)
{
    /// <summary>The function's result; throws <see cref="FormatException"/> when there is none of that name, or it fails.</summary>
    public JsonNode? Run(string name, JsonObject parameters) => name switch
    {
        "echo" => parameters.DeepClone(),
        "add" => new JsonObject { ["sum"] = Number(parameters, "a") + Number(parameters, "b") },
        "whoami" => Describe((parameters["operator_open_id"] as JsonValue)?.ToString()),
        "fail" => throw new FormatException("function fail failed: as it was asked to"),
        _ => throw new FormatException($"function {name} does not exist"),
    };

    private static decimal Number(JsonObject parameters, string name) =>
        parameters[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<decimal>(out var number)
            ? number
            : throw new FormatException($"function add failed: {name} must be a number");

    /// <summary>A function knows the person only as a parameter: the token is the app's.</summary>
    private JsonObject Describe(string? openId) => directory.Find(openId) is { } user
        ? new() { ["open_id"] = user.OpenId, ["name"] = user.Name, ["email"] = user.Email }
        : new() { ["open_id"] = null };
}
