using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary>A skill of the Aily app: what it is called and what it makes of a question and an input.</summary>
internal sealed record AilySkill(string Id, string Label, string Description, Func<string, JsonObject, JsonObject> Run)
{
    public static IReadOnlyList<AilySkill> All { get; } =
    [
        new("skill_4summary000001", "Summarise", "Sums a text up", (query, _) => new() { ["answer"] = AnswerWriter.Write(query, []) }),
        new("skill_4echo0000000001", "Echo", "Gives back what it was given", (query, input) => new() { ["query"] = query, ["input"] = input.DeepClone() }),
    ];

    public JsonObject View() => new()
    {
        ["id"] = Id,
        ["label"] = Label,
        ["description"] = Description,
        ["samples"] = new JsonArray("We ship on Friday. Docs are late."),
        ["input_schema"] = Json.Write(new JsonObject { ["type"] = "object" }),
        ["output_schema"] = Json.Write(new JsonObject { ["type"] = "object" }),
    };
}
