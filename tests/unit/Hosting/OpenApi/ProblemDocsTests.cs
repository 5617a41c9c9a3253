using System.Text.RegularExpressions;
using LarkService.Hosting.OpenApi;
using LarkService.UnitTests.Architecture;

namespace LarkService.UnitTests.Hosting.OpenApi;

/// <summary>The problems the document names are those the code answers with, no more and no fewer.</summary>
public sealed partial class ProblemDocsTests
{
    [Fact]
    public void Every_problem_of_the_code_is_in_the_document_and_the_other_way_round()
    {
        var code = Repository.Files("src/LarkService", "*.cs").Where(f => !f.StartsWith("Hosting/OpenApi/", StringComparison.Ordinal))
            .SelectMany(file => Made().Matches(Repository.Read("src/LarkService", file)).Select(m => m.Groups[1].Value))
            .Distinct(StringComparer.Ordinal);

        Assert.Equal(code.Order(StringComparer.Ordinal), ProblemDocs.All.Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_is_a_problem_document_whose_example_says_what_its_schema_promises() => Assert.All(ProblemDocs.All, problem =>
    {
        var (schema, example) = (problem.WriteSchema(), problem.WriteExample()["value"]!.AsObject());
        Assert.Equal(problem.Status, (int)example["status"]!);
        Assert.Equal("urn:lark-service:" + problem.Name, example["type"]!.ToString());
        Assert.Empty(schema["required"]!.AsArray().Select(r => r!.ToString()).Except(example.Select(m => m.Key)));
        Assert.Empty(example.Select(m => m.Key).Except(schema["properties"]!.AsObject().Select(p => p.Key)));
    });

    // A problem is made by its name, with its status behind it.
    [GeneratedRegex("""\bOf\(\s*"([a-z]+(?:-[a-z]+)*)",\s*(?:StatusCodes\.|status\b)""")]
    private static partial Regex Made();
}
