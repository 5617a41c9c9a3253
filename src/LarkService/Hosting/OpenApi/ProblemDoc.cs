using System.Text.Json.Nodes;

namespace LarkService.Hosting.OpenApi;

/// <summary>A kind of problem, as the document shows it.</summary>
/// <param name="Name">What stands behind <c>urn:lark-service:</c>.</param>
/// <param name="Status">Its usual HTTP status.</param>
/// <param name="Means">When it comes, and what to do.</param>
/// <param name="Title">Of the example.</param>
/// <param name="Detail">Of the example.</param>
internal sealed record ProblemDoc(string Name, int Status, string Means, string Title, string Detail)
{
    public const string Urn = "urn:lark-service:";

    /// <summary>Statuses it may come with besides.</summary>
    public int[] AlsoWith { get; init; } = [];

    /// <summary>Names among <see cref="SharedParts.Headers"/>.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>What it tells besides: schemas by name, as JSON.</summary>
    public string Members { get; init; } = "{}";

    /// <summary>The same in the example.</summary>
    public string Example { get; init; } = "{}";

    /// <summary>Members that are not always there.</summary>
    public string[] Optional { get; init; } = [];

    /// <summary>The name of its schema.</summary>
    public string Schema => string.Concat(Name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])) + "Problem";

    public JsonObject WriteSchema()
    {
        var (statuses, members) = ((int[])[Status, .. AlsoWith], JsonParts.Read(Members));
        var properties = new JsonObject
        {
            ["type"] = new JsonObject { ["const"] = Urn + Name },
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer", ["enum"] = new JsonArray([.. statuses.Select(s => (JsonNode)s)]) },
            ["detail"] = new JsonObject { ["type"] = "string", ["description"] = "What is wrong, and how to mend it." },
            ["traceId"] = new JsonObject { ["type"] = "string", ["description"] = "Finds it in the service's log." },
        };
        properties.Lay(members);
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = Means,
            ["properties"] = properties,
            ["required"] = JsonParts.ArrayOf(["type", "title", "status", "detail", "traceId", .. members.Select(m => m.Key).Except(Optional)]),
        };
    }

    public JsonObject WriteExample()
    {
        var value = new JsonObject { ["type"] = Urn + Name, ["title"] = Title, ["status"] = Status, ["detail"] = Detail, ["traceId"] = "9ea6386edf7b900a9ca6b2b90436c4aa" };
        value.Lay(JsonParts.Read(Example));
        return new JsonObject { ["summary"] = Title, ["value"] = value };
    }
}
