using System.Text.Json;
using LarkService.Monitoring;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Monitoring;

public sealed class HealthEndpointsTests : IAsyncDisposable
{
    private readonly ManualTime _clock = new();
    private readonly WebApplication _app;
    private HealthCheckResult _database = HealthCheckResult.Healthy("answers");
    private HealthCheckResult _other = HealthCheckResult.Healthy();

    public HealthEndpointsTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddHealthChecks().AddCheck("database", () => _database, [HealthEndpoints.Ready]).AddCheck("other", () => _other);
        _app = builder.Build();
        _app.MapHealth();
    }

    [Fact]
    public async Task A_process_that_answers_is_alive_whatever_else_is_wrong()
    {
        _database = HealthCheckResult.Unhealthy();

        Assert.Equal(200, (await GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task Readiness_asks_for_what_the_work_needs_and_for_nothing_else()
    {
        _other = HealthCheckResult.Unhealthy();
        Assert.Equal(200, (await GetAsync("/health/ready")).Status);

        _database = HealthCheckResult.Unhealthy();
        Assert.Equal(503, (await GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task Every_component_says_how_it_is_in_words()
    {
        _other = HealthCheckResult.Degraded("1 of 2 connections");
        var (_, body) = await GetAsync("/health");
        var health = JsonElement.Parse(body);

        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal(("healthy", "answers"), (Of(health, "database", "status"), Of(health, "database", "detail")));
        Assert.Equal(("degraded", "1 of 2 connections"), (Of(health, "other", "status"), Of(health, "other", "detail")));
    }

    [Fact]
    public async Task A_status_is_dated_from_when_it_was_first_seen()
    {
        var start = _clock.GetUtcNow();
        Assert.Equal(start, await SinceAsync());
        _clock.AdvanceSeconds(60);
        Assert.Equal(start, await SinceAsync());

        _database = HealthCheckResult.Unhealthy();
        Assert.Equal(start.AddSeconds(60), await SinceAsync());
        _clock.AdvanceSeconds(60);
        Assert.Equal(start.AddSeconds(60), await SinceAsync());

        _database = HealthCheckResult.Healthy();
        Assert.Equal(start.AddSeconds(120), await SinceAsync());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string? Of(JsonElement health, string component, string what) => health.GetProperty("components").GetProperty(component).GetProperty(what).GetString();

    private async Task<DateTimeOffset> SinceAsync() =>
        JsonElement.Parse((await GetAsync("/health")).Body).GetProperty("components").GetProperty("database").GetProperty("since").GetDateTimeOffset();

    private async Task<(int Status, string Body)> GetAsync(string path)
    {
        var endpoint = ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().Single(e => e.RoutePattern.RawText == path);
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = _app.Services };
        http.Response.Body = body;
        await endpoint.RequestDelegate!(http);
        return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
