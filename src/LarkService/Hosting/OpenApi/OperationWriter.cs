using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LarkService.Hosting.OpenApi;

/// <summary>Writes one operation: what the framework knows, what its <see cref="RouteDoc"/> says, and what follows from the kind of route.</summary>
/// <param name="facts">What the route says of itself.</param>
/// <param name="doc">What is said of it.</param>
internal sealed partial class OperationWriter(RouteFacts facts, RouteDoc doc)
{
    private const string AsksFirst = """
        Needs the user's consent. Where that is missing, they are asked with a card, and the answer is 403 `authorization-required`; with `Prefer: respond-async`
        the call is kept instead (202) and made once when they have agreed.
        """;

    /// <param name="known">The operation as the framework made it; null for a route it knows nothing of.</param>
    /// <param name="schemas">Of the document, by name.</param>
    public JsonObject Write(JsonObject? known, JsonObject schemas)
    {
        var operation = new JsonObject
        {
            ["tags"] = known?["tags"]?.DeepClone() ?? JsonParts.ArrayOf([doc.Tag ?? "About"]),
            ["summary"] = doc.Summary,
            ["description"] = Description(),
            ["operationId"] = doc.Id,
        };
        if (Parameters(known?["parameters"] as JsonArray) is { Count: > 0 } parameters)
        {
            operation["parameters"] = parameters;
        }

        if (Body(known?["requestBody"] as JsonObject) is { } body)
        {
            operation["requestBody"] = body;
        }

        operation["responses"] = new ResponseWriter(facts, doc, KindOf(operation, schemas)).Write(known?["responses"] as JsonObject);
        if (Security() is { } security)
        {
            operation["security"] = security;
        }

        return operation;
    }

    private string Description() => string.Join("\n\n", ((string?[])
        [
            doc.Says,
            doc.ActsFor == ActsFor.Nobody ? null : AsksFirst.ReplaceLineEndings(" "),
            facts.Permission is { } permission ? $"Permission: `{permission}`." : facts.NeedsKey ? "For every known caller." : doc.TakesKey ? "Public; a key lets the caller do more." : "Public.",
        ]).OfType<string>());

    private JsonArray? Security() => facts.NeedsKey
        ? [new JsonObject { [SharedParts.Scheme] = facts.Permission is { } permission ? new JsonArray(permission) : [] }]
        : doc.TakesKey ? [new JsonObject(), new JsonObject { [SharedParts.Scheme] = new JsonArray() }] : null;

    private JsonArray Parameters(JsonArray? known)
    {
        var all = new JsonArray();
        foreach (var parameter in known?.OfType<JsonObject>() ?? ByTheirNames())
        {
            var (name, whole) = (parameter["name"]!.GetValue<string>(), parameter.DeepClone().AsObject());
            if (ParameterDocs.All.TryGetValue(name, out var usual))
            {
                whole.Lay(JsonParts.Read(usual));
            }

            if (doc.Parameters.TryGetValue(name, out var here))
            {
                whole.Lay(JsonParts.Read(here));
            }

            SchemaWriter.Mend(whole.At("schema"));
            WithoutNull(whole.At("schema"));
            all.Add(whole);
        }

        foreach (var header in Headers())
        {
            all.Add(JsonParts.Ref("parameters", header));
        }

        return all;
    }

    private IEnumerable<JsonObject> ByTheirNames() => InPath().Matches(facts.Path).Select(m => m.Groups[1].Value)
        .Select(name => new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } })
        .Concat(doc.Parameters.Keys.Where(name => !facts.Path.Contains($"{{{name}}}", StringComparison.Ordinal))
            .Select(name => new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } }));

    private IEnumerable<string> Headers()
    {
        if (doc.ActsFor == ActsFor.UserInHeader)
        {
            yield return "X-Lark-Open-Id";
            yield return "X-Lark-App-Id";
        }

        if (doc.TakesScopes)
        {
            yield return "X-Lark-Scopes";
        }

        if (doc.ActsFor != ActsFor.Nobody)
        {
            yield return "Prefer";
        }

        if (facts.TakesIdempotencyKey)
        {
            yield return "Idempotency-Key";
        }
    }

    private JsonObject? Body(JsonObject? known)
    {
        var body = known?.DeepClone().AsObject();
        if (doc.RequestSchema is { } schema)
        {
            body ??= [];
            body["content"] = new JsonObject { [doc.RequestType] = new JsonObject { ["schema"] = JsonParts.Read(schema) } };
        }

        if (body is not null && doc.Requests.Length > 0)
        {
            body.At("content").At(doc.RequestType)["examples"] = ResponseWriter.Examples(doc.Requests);
        }

        return body;
    }

    private static RouteKind KindOf(JsonObject operation, JsonObject schemas)
    {
        var parameters = (operation["parameters"] as JsonArray)?.OfType<JsonObject>().Where(p => p["in"]?.GetValue<string>() == "query").Select(p => p["name"]!.GetValue<string>()).ToList() ?? [];
        var body = operation["requestBody"] as JsonObject;
        var schema = body?["content"]?["application/json"]?["schema"]?["$ref"]?.GetValue<string>() is { } to ? schemas[to[(to.LastIndexOf('/') + 1)..]] : null;
        return new(HasBody: body is not null, HasQuery: parameters.Any(p => p != "appId"), NamesApp: parameters.Contains("appId") || schema?["properties"]?["appId"] is not null);
    }

    // What a query leaves out is left out: there is no null in it.
    private static void WithoutNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types && types.Select(t => t!.GetValue<string>()).Where(t => t != "null").ToList() is [var only])
        {
            schema["type"] = only;
        }
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex InPath();
}

/// <summary>What usual problems follow from.</summary>
/// <param name="HasBody">It reads one.</param>
/// <param name="HasQuery">It reads something from the query that may be wrong.</param>
/// <param name="NamesApp">Its caller may name an app.</param>
internal sealed record RouteKind(bool HasBody, bool HasQuery, bool NamesApp);
