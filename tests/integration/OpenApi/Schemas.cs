using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LarkService.IntegrationTests.OpenApi;

/// <summary>
/// Holds JSON against the schemas of a document. It knows what our document uses of JSON Schema 2020-12 and refuses every other keyword,
/// so that nothing goes unchecked.
/// </summary>
internal sealed class Schemas(JsonObject document)
{
    private static readonly string[] Silent = ["description", "examples", "deprecated", "default", "contentEncoding", "title"];

    /// <param name="ref">As <c>#/components/schemas/Grant</c>.</param>
    public JsonNode Resolve(string @ref)
    {
        JsonNode? at = document;
        foreach (var part in @ref.Split('/').Skip(1))
        {
            at = at?[part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
        }

        return at ?? throw new InvalidOperationException($"{@ref} leads nowhere.");
    }

    /// <returns>What does not fit; empty when all does.</returns>
    public IReadOnlyList<string> Faults(JsonNode? value, JsonNode schema, string at = "$")
    {
        var faults = new List<string>();
        Check(value, schema.AsObject(), at, faults);
        return faults;
    }

    private void Check(JsonNode? value, JsonObject schema, string at, List<string> faults)
    {
        foreach (var (keyword, says) in schema)
        {
            switch (keyword)
            {
                case "$ref":
                    Check(value, Resolve(says!.GetValue<string>()).AsObject(), at, faults);
                    break;
                case "anyOf" or "oneOf":
                    Alternatives(value, says!.AsArray(), keyword == "oneOf", at, faults);
                    break;
                case "type" when !TypesOf(says!).Any(type => Is(value, type)):
                    faults.Add($"{at} is {value?.ToJsonString() ?? "null"}: not {says!.ToJsonString()}");
                    break;
                case "enum" when !says!.AsArray().Any(known => JsonNode.DeepEquals(known, value)):
                    faults.Add($"{at} is {value?.ToJsonString() ?? "null"}: not one of {says.ToJsonString()}");
                    break;
                case "const" when !JsonNode.DeepEquals(says, value):
                    faults.Add($"{at} is {value?.ToJsonString() ?? "null"}: not {says?.ToJsonString()}");
                    break;
                case "properties" or "required" or "additionalProperties":
                    if (value is JsonObject members)
                    {
                        Members(members, schema, keyword, at, faults);
                    }

                    break;
                case "items":
                    for (var i = 0; value is JsonArray list && i < list.Count; i++)
                    {
                        Check(list[i], says!.AsObject(), $"{at}[{i}]", faults);
                    }

                    break;
                case "type" or "enum" or "const":
                    break;
                default:
                    if (Fault(value, keyword, says) is { } fault)
                    {
                        faults.Add($"{at}: {fault}");
                    }

                    break;
            }
        }
    }

    private void Alternatives(JsonNode? value, JsonArray schemas, bool exactlyOne, string at, List<string> faults)
    {
        var all = schemas.Select(s => Faults(value, s!, at)).ToList();
        var fitting = all.Count(f => f.Count == 0);
        if (fitting == 0 || (exactlyOne && fitting > 1))
        {
            faults.Add($"{at} fits {fitting} of {all.Count}: {string.Join(" | ", all.Select(f => string.Join("; ", f)))}");
        }
    }

    private void Members(JsonObject members, JsonObject schema, string keyword, string at, List<string> faults)
    {
        if (keyword == "required")
        {
            faults.AddRange(schema["required"]!.AsArray().Select(r => r!.GetValue<string>()).Where(r => !members.ContainsKey(r)).Select(r => $"{at}.{r} is missing"));
        }
        else if (keyword == "properties")
        {
            foreach (var (name, own) in schema["properties"]!.AsObject().Where(p => members.ContainsKey(p.Key)))
            {
                Check(members[name], own!.AsObject(), $"{at}.{name}", faults);
            }
        }
        else
        {
            foreach (var (name, value) in members.Where(m => schema["properties"]?[m.Key] is null))
            {
                Check(value, schema["additionalProperties"]!.AsObject(), $"{at}.{name}", faults);
            }
        }
    }

    private static IEnumerable<string> TypesOf(JsonNode says) => says is JsonArray list ? list.Select(t => t!.GetValue<string>()) : [says.GetValue<string>()];

    private static bool Is(JsonNode? value, string type) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && decimal.IsInteger(decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)),
        _ => throw new InvalidOperationException($"There is no type {type}."),
    };

    private static string? Fault(JsonNode? value, string keyword, JsonNode? says) => (keyword, value) switch
    {
        _ when Silent.Contains(keyword) => null,
        ("format", _) => FaultInFormat(value, says!.GetValue<string>()),
        ("pattern", JsonValue text) when Is(text, "string") => Regex.IsMatch(text.GetValue<string>(), says!.GetValue<string>()) ? null : $"'{text}' does not match {says}",
        ("minimum", JsonValue number) when Is(number, "number") => Number(number) >= Number(says!) ? null : $"{number} is less than {says}",
        ("maximum", JsonValue number) when Is(number, "number") => Number(number) <= Number(says!) ? null : $"{number} is more than {says}",
        ("minLength", JsonValue text) when Is(text, "string") => text.GetValue<string>().Length >= Number(says!) ? null : $"'{text}' is shorter than {says}",
        ("maxLength", JsonValue text) when Is(text, "string") => text.GetValue<string>().Length <= Number(says!) ? null : $"'{text}' is longer than {says}",
        ("minItems", JsonArray list) => list.Count >= Number(says!) ? null : $"fewer than {says} items",
        ("maxItems", JsonArray list) => list.Count <= Number(says!) ? null : $"more than {says} items",
        ("uniqueItems", JsonArray list) => list.Select(i => i?.ToJsonString()).Distinct().Count() == list.Count ? null : "the same item twice",
        ("pattern" or "minimum" or "maximum" or "minLength" or "maxLength" or "minItems" or "maxItems" or "uniqueItems", _) => null,
        _ => throw new InvalidOperationException($"The schema uses '{keyword}', which this test cannot check."),
    };

    private static decimal Number(JsonNode node) => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string? FaultInFormat(JsonNode? value, string format) => value is JsonValue text && Is(text, "string") && !HasFormat(text.GetValue<string>(), format) ? $"'{text}' is no {format}" : null;

    private static bool HasFormat(string text, string format) => format switch
    {
        "date-time" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z"),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        "email" => text.Contains('@', StringComparison.Ordinal),
        "int32" or "int64" or "password" => true,
        _ => throw new InvalidOperationException($"There is no format {format}."),
    };
}
