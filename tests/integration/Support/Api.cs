using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LarkService.IntegrationTests.Support;

/// <summary>The REST API as another system calls it.</summary>
internal sealed class Api(HttpClient http)
{
    private const int AtOnce = 1024 * 1024;

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<ApiAnswer> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<ApiAnswer> AskAsync(Person person, params string[] scopes) => PostAsync("/api/v1/authorizations", new { openId = person.OpenId, scopes });

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.ExpectContinue = content?.Headers.ContentLength > AtOnce; // else a refusal may come, and the line end, while it is being sent
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return new ApiAnswer(answer.StatusCode, text, isJson ? JsonNode.Parse(text) : null, answer.Content.Headers.ContentType?.MediaType, answer.Headers.Location, answer.Headers.RetryAfter?.Delta);
    }
}

/// <summary>What came back.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string Text, JsonNode? Json, string? MediaType, Uri? Location, TimeSpan? RetryAfter)
{
    public string? this[string name] => Json?[name]?.ToString();

    /// <summary>It is a problem document of this type, with all a caller may rely on.</summary>
    public ApiAnswer MustBeProblem(HttpStatusCode status, string name)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal("urn:lark-service:" + name, this["type"]);
        Assert.False(string.IsNullOrEmpty(this["traceId"]), "A problem without traceId: " + Text);
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        return this;
    }

    public ApiAnswer Must(HttpStatusCode status)
    {
        Assert.True(status == Status, $"{(int)Status} instead of {(int)status}: {Text}");
        return this;
    }
}
