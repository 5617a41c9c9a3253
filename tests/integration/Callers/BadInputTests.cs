using System.Net;
using System.Text;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace LarkService.IntegrationTests.Callers;

/// <summary>Every route that takes a body refuses a bad one with a problem document, and keeps nothing of it.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task Every_route_that_takes_JSON_says_what_is_wrong_with_what_is_none()
    {
        await using var scene = await CallerScene.StartAsync();
        var routes = scene.Inside<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && e.Metadata.GetMetadata<IAcceptsMetadata>() is not null)
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => (Method: new HttpMethod(m), Path: Concrete(e.RoutePattern))))
            .ToList();
        Assert.True(routes.Count >= 6, string.Join(", ", routes));
        var rowsBefore = await RowsAsync(scene);
        using var polite = CallerScene.Client(scene.Url, scene.BootstrapKey);
        polite.DefaultRequestHeaders.ExpectContinue = true; // asks first: else the answer may come while the body is still on its way

        foreach (var (method, path) in routes)
        {
            foreach (var (content, words) in Bad())
            {
                using var sent = content();
                var answer = await scene.Api.SendAsync(method, path, sent);
                answer.MustBeProblem(HttpStatusCode.BadRequest, "validation");
                Assert.True(answer["detail"]!.Contains(words, StringComparison.OrdinalIgnoreCase), $"{method} {path}: {answer["detail"]}");
            }

            using var large = new StringContent($"\"{new string('x', 1_100_000)}\"", Encoding.UTF8, "application/json");
            (await new Api(polite).SendAsync(method, path, large)).MustBeProblem(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        }

        Assert.Equal(rowsBefore, await RowsAsync(scene));
    }

    [Fact]
    public async Task A_route_that_is_not_there_and_a_method_it_does_not_take_say_so_whoever_asks()
    {
        await using var scene = await CallerScene.StartAsync();

        foreach (var api in (Api[])[scene.Api, new(scene.Anonymous)])
        {
            (await api.GetAsync("/api/v1/nothing")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            var wrong = (await api.SendAsync(HttpMethod.Put, "/api/v1/api-keys")).MustBeProblem(HttpStatusCode.MethodNotAllowed, "validation");
            Assert.Contains("GET", wrong["detail"], StringComparison.Ordinal);
            Assert.Contains("POST", wrong["detail"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/api/v1/grants?limit=many", "limit is 'many'")]
    [InlineData("/api/v1/api-keys?limit=99999999999", "limit is '99999999999'")]
    public async Task A_value_that_does_not_read_is_named_with_its_field(string path, string words)
    {
        await using var scene = await CallerScene.StartAsync();

        Assert.Contains(words, (await scene.Api.GetAsync(path)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
    }

    private static IEnumerable<(Func<HttpContent> Content, string Words)> Bad() =>
    [
        (() => Text("{", "application/json"), "JSON"),
        (() => Text("[1, 2]", "application/json"), "JSON"),
        (() => Text("\"text\"", "application/json"), "JSON"),
        (() => Text("null", "application/json"), "body"),
        (() => Text(new string('[', 100_000), "application/json"), "JSON"),
        (() => Text("", "application/json"), "body"),
        (() => Text("{}", "text/plain"), "application/json"),
        (() => Text("email=a&password=b", "application/x-www-form-urlencoded"), "application/json"),
        (() => new ByteArrayContent([0xff, 0xfe, 0x00]) { Headers = { ContentType = new("application/json") } }, "JSON"),
    ];

    private static StringContent Text(string text, string type) => new(text, Encoding.UTF8, type);

    private static string Concrete(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern) => string.Join('/', pattern.RawText!.TrimEnd('/').Split('/').Select(s => s.StartsWith('{') ? "unknown" : s));

    private static async Task<string> RowsAsync(Scene scene) => string.Join(' ', await Task.WhenAll(
        new[] { "api_keys", "accounts", "refresh_tokens", "sign_in_tries", "authorization_sessions", "parked_calls", "audit_log" }.Select(async table => $"{table}={await scene.Database.CountAsync(table)}")));
}
