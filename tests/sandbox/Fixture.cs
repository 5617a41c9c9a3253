using System.Text.Json.Nodes;

namespace LarkSandbox.Tests;

/// <summary>Reads the recorded examples beside the tests.</summary>
internal static class Fixture
{
    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", name)))!;
}
