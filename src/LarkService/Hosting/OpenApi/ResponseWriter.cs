using System.Globalization;
using System.Text.Json.Nodes;

namespace LarkService.Hosting.OpenApi;

/// <summary>Writes what an operation answers: its good answers, and every problem it may answer with.</summary>
internal sealed class ResponseWriter(RouteFacts facts, RouteDoc doc, RouteKind kind)
{
    private const string Problem = "application/problem+json";

    /// <summary>What whoever acts for a user may hear.</summary>
    public static string[] OnBehalf { get; } = ["authorization-required", .. Platform];

    /// <summary>What whoever needs the platform may hear.</summary>
    public static string[] Platform => ["app-scope-missing", "platform-error", "platform-unavailable"];

    public JsonObject Write(JsonObject? known)
    {
        var responses = new JsonObject();
        foreach (var answer in doc.Answers)
        {
            responses[Text(answer.Status)] = Answer(answer, known?[Text(answer.Status)] as JsonObject);
        }

        // Of a handler that does not tell what it answers the framework says 200, without anything in it.
        foreach (var (status, response) in known ?? [])
        {
            if (responses[status] is null && response?["content"] is JsonObject { Count: > 0 })
            {
                responses[status] = response.DeepClone();
            }
        }

        if (doc.ActsFor != ActsFor.Nobody)
        {
            responses["202"] = JsonParts.Ref("responses", "Parked");
        }

        foreach (var same in Problems().GroupBy(p => p.Status))
        {
            responses[Text(same.Key)] = OneOf([.. same.Select(p => p.Problem).DistinctBy(p => p.Name)]);
        }

        return responses.Sorted();
    }

    public static JsonObject Examples(IEnumerable<(string Name, string Json)> examples)
    {
        var all = new JsonObject();
        foreach (var (name, json) in examples)
        {
            all[name] = new JsonObject { ["value"] = JsonNode.Parse(json) };
        }

        return all;
    }

    /// <returns>An answer that is one of these problems.</returns>
    public static JsonObject OneOf(IReadOnlyList<ProblemDoc> problems)
    {
        if (problems is [var only])
        {
            return JsonParts.Ref("responses", only.Name);
        }

        var content = new JsonObject
        {
            ["schema"] = new JsonObject { ["anyOf"] = new JsonArray([.. problems.Select(p => (JsonNode)JsonParts.Ref("schemas", p.Schema))]) },
            ["examples"] = new JsonObject(problems.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)JsonParts.Ref("examples", p.Name)))),
        };
        var response = new JsonObject
        {
            ["description"] = string.Join(" ", problems.Select(p => $"`{p.Name}`: {p.Means}")),
            ["content"] = new JsonObject { [Problem] = content },
        };
        WithHeaders(response, problems.SelectMany(p => p.Headers).Distinct(StringComparer.Ordinal));
        return response;
    }

    /// <returns>The answer that is this problem, under its own name.</returns>
    public static JsonObject Named(ProblemDoc problem)
    {
        var content = new JsonObject
        {
            ["schema"] = JsonParts.Ref("schemas", problem.Schema),
            ["examples"] = new JsonObject { [problem.Name] = JsonParts.Ref("examples", problem.Name) },
        };
        var response = new JsonObject { ["description"] = $"`{problem.Name}`: {problem.Means}", ["content"] = new JsonObject { [Problem] = content } };
        WithHeaders(response, problem.Headers);
        return response;
    }

    public static void WithHeaders(JsonObject response, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            response.At("headers")[name] = JsonParts.Ref("headers", name);
        }
    }

    private JsonObject Answer(AnswerDoc answer, JsonObject? known)
    {
        var response = known?.DeepClone().AsObject() ?? [];
        response["description"] = answer.Says;
        if (answer.Schema is { } schema)
        {
            response["content"] = new JsonObject { [answer.MediaType] = new JsonObject { ["schema"] = JsonParts.Ref("schemas", schema) } };
        }

        if (answer.Examples.Length > 0)
        {
            response.At("content").At(answer.MediaType)["examples"] = Examples(answer.Examples);
        }

        if (answer.Also is var (type, other, example))
        {
            response.At("content")[type] = new JsonObject { ["schema"] = JsonParts.Ref("schemas", other), ["examples"] = Examples([("example", example)]) };
        }

        if (response["content"] is JsonObject { Count: 0 })
        {
            response.Remove("content");
        }

        WithHeaders(response, answer.Headers);
        WithHeaders(response, !doc.IsPlain && facts.IsLimited ? SharedParts.LimitHeaders : []);
        WithHeaders(response, facts.TakesIdempotencyKey ? ["Idempotency-Replayed"] : []);
        return response;
    }

    private IEnumerable<(int Status, ProblemDoc Problem)> Problems() => Names().Distinct(StringComparer.Ordinal).Select(name =>
    {
        var (problem, status) = name.Split('@') is [var plain, var other] ? (ProblemDocs.Of(plain), int.Parse(other, CultureInfo.InvariantCulture)) : (ProblemDocs.Of(name), 0);
        return (status == 0 ? problem.Status : status, problem);
    });

    private IEnumerable<string> Names()
    {
        if (doc.IsPlain)
        {
            return doc.Problems;
        }

        var acts = doc.ActsFor != ActsFor.Nobody;
        return ((string?[])
        [
            kind.HasBody || kind.HasQuery || acts || facts.TakesIdempotencyKey ? "validation" : null,
            kind.NamesApp || acts ? "unknown-app" : null,
            facts.NeedsKey ? "unauthenticated" : null,
            facts.Permission is null ? null : "permission-denied",
            facts.TakesIdempotencyKey ? "idempotency-conflict" : null,
            kind.HasBody || acts ? "payload-too-large" : null,
            facts.IsLimited ? "rate-limited" : null,
            "internal",
            "service-unavailable",
        ]).OfType<string>().Concat(acts ? OnBehalf : []).Concat(doc.Problems);
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
