using System.Text.Json;

namespace LarkService.UnitTests.Support;

/// <summary>Payloads of the platform, with invented ids.</summary>
internal static class Fixture
{
    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", name + ".json"));

    public static JsonElement Json(string name) => JsonElement.Parse(Bytes(name));
}
