using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkService.Hosting.OpenApi.Routes;

namespace LarkService.Hosting.OpenApi;

/// <summary>Makes the document: of the routes there are, what the framework knows of them, and what is said of them here.</summary>
internal sealed partial class DocumentBuilder(EndpointDataSource routes, SchemaNames names)
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    /// <param name="known">What the framework made.</param>
    public JsonObject Build(JsonObject known)
    {
        var schemas = new SchemaWriter(names, XmlDocs.Load()).Write(known["components"]?["schemas"] as JsonObject ?? []);
        var paths = Paths(known["paths"] as JsonObject ?? [], schemas);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "LarkService",
                ["version"] = typeof(DocumentBuilder).Assembly.GetName().Version!.ToString(3),
                ["description"] = SharedParts.Introduction,
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. SharedParts.Tags.Select(t => (JsonNode)new JsonObject { ["name"] = t.Name, ["description"] = t.Says })]),
            ["paths"] = paths,
            ["components"] = Components(schemas),
        };
    }

    private static JsonObject Components(JsonObject schemas)
    {
        var (responses, examples) = (new JsonObject(), new JsonObject());
        foreach (var problem in ProblemDocs.All)
        {
            schemas[problem.Schema] = problem.WriteSchema();
            responses[problem.Name] = ResponseWriter.Named(problem);
            examples[problem.Name] = problem.WriteExample();
        }

        responses["Parked"] = SharedParts.Parked.DeepClone();
        return new JsonObject
        {
            ["schemas"] = schemas.Sorted(),
            ["responses"] = responses.Sorted(),
            ["parameters"] = SharedParts.Parameters.DeepClone(),
            ["examples"] = examples.Sorted(),
            ["headers"] = SharedParts.Headers.DeepClone(),
            ["securitySchemes"] = SharedParts.SecuritySchemes.DeepClone(),
        };
    }

    private JsonObject Paths(JsonObject known, JsonObject schemas)
    {
        var framework = known.ToDictionary(p => RouteFacts.PathOf(p.Key), p => p.Value as JsonObject, StringComparer.Ordinal);
        var paths = new JsonObject();
        foreach (var facts in RouteFacts.Of(routes))
        {
            var (doc, method) = (RouteDocs.Find(facts.Method, facts.Path) ?? Unsaid(facts), facts.Method.ToLowerInvariant());
            paths.At(facts.Path)[method] = new OperationWriter(facts, doc).Write(framework.GetValueOrDefault(facts.Path)?[method] as JsonObject, schemas);
        }

        var sorted = new JsonObject();
        foreach (var (path, item) in paths.Sorted())
        {
            sorted[path] = item!.AsObject().Sorted(method => $"{Array.IndexOf(Methods, method)}");
        }

        return sorted;
    }

    // The document stays whole; a test tells whoever added the route.
    private static RouteDoc Unsaid(RouteFacts facts) =>
        new(facts.Method, facts.Path, facts.Method.ToLowerInvariant() + NoLetters().Replace(facts.Path, "_"), $"{facts.Method} {facts.Path}");

    [GeneratedRegex(@"\W+")]
    private static partial Regex NoLetters();
}
