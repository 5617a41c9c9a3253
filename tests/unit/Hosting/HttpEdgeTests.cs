using System.Text;
using System.Text.Json;
using LarkService.Hosting;
using LarkService.Platform.Http;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Hosting;

public sealed class HttpEdgeTests : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestDelegate _pipeline;

    public HttpEdgeTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpEdge();
        _app = builder.Build();
        _app.UseHttpEdge();
        _app.UseRouting();
        _app.MapPost("/things", (Thing thing) => Results.Ok(thing.Count));
        _app.MapGet("/broken", IResult () => throw new InvalidOperationException("with a token=secret-value inside"));
        _app.MapGet("/large", IResult () => throw new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge));
        _app.MapGet("/limited", (HttpContext http) => Problems.RateLimited("Slowly.", TimeSpan.FromSeconds(1.2), http));
#pragma warning disable ASP0014 // without a server nobody else ends the pipeline
        _app.UseEndpoints(_ => { });
#pragma warning restore ASP0014
        _pipeline = ((IApplicationBuilder)_app).Build();
    }

    [Theory]
    [InlineData("POST", "/things", "{\"count\":\"many\"}", 400, "validation", "$.count")]
    [InlineData("POST", "/things", "{", 400, "validation", "JSON")]
    [InlineData("GET", "/nowhere", null, 404, "not-found", "no such route")]
    [InlineData("PUT", "/things", null, 405, "validation", "this method")]
    [InlineData("GET", "/large", null, 413, "payload-too-large", "1 MB")]
    [InlineData("GET", "/broken", null, 500, "internal", "traceId")]
    [InlineData("GET", "/limited", null, 429, "rate-limited", "Slowly")]
    public async Task What_goes_wrong_is_a_problem_document_that_tells_nothing_of_our_insides(string method, string path, string? body, int status, string type, string words)
    {
        var (http, text) = await SendAsync(method, path, body);
        var problem = JsonElement.Parse(text);

        Assert.Equal((status, "application/problem+json"), (http.Response.StatusCode, http.Response.ContentType?.Split(';')[0]));
        Assert.Equal(("urn:lark-service:" + type, status), (problem.GetProperty("type").GetString(), problem.GetProperty("status").GetInt32()));
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.True(problem.TryGetProperty("traceId", out _));
        Assert.DoesNotContain("secret-value", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_is_told_in_whole_seconds_and_never_as_none() => Assert.Equal("2", (await SendAsync("GET", "/limited", null)).Http.Response.Headers.RetryAfter);

    [Fact]
    public async Task What_goes_well_is_left_alone()
    {
        var (http, text) = await SendAsync("POST", "/things", "{\"count\":3}");

        Assert.Equal((200, "3"), (http.Response.StatusCode, text));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<(HttpContext Http, string Text)> SendAsync(string method, string path, string? body)
    {
        using var answer = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = _app.Services };
        http.Request.Method = method;
        http.Request.Path = path;
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body ?? ""));
        http.Request.ContentType = body is null ? null : "application/json";
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new BodyOrNone(body is not null));
        http.Response.Body = answer;
        await _pipeline(http).Soon();
        return (http, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private sealed record Thing(int Count);

    private sealed record BodyOrNone(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
