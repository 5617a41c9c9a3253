using System.Text;
using System.Text.Json;
using LarkService.UnitTests.Architecture;

namespace LarkService.UnitTests.Platform;

/// <summary>Recorded exchanges with the platform (<c>tests/fixtures</c>).</summary>
internal static class Fixture
{
    public static HttpResponseMessage Response(string name)
    {
        using var document = JsonDocument.Parse(Repository.Read("tests", "fixtures", name));
        return Response(document.RootElement.GetProperty("response"));
    }

    public static IReadOnlyList<HttpResponseMessage> Responses(string name)
    {
        using var document = JsonDocument.Parse(Repository.Read("tests", "fixtures", name));
        return [.. document.RootElement.GetProperty("responses").EnumerateArray().Select(Response)];
    }

    private static HttpResponseMessage Response(JsonElement recorded)
    {
        var response = new HttpResponseMessage((System.Net.HttpStatusCode)recorded.GetProperty("status").GetInt32())
        {
            Content = new StringContent(recorded.GetProperty("body").GetRawText(), Encoding.UTF8, "application/json"),
        };
        if (recorded.TryGetProperty("headers", out var headers))
        {
            foreach (var header in headers.EnumerateObject().Where(h => !h.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)))
            {
                response.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        return response;
    }
}
