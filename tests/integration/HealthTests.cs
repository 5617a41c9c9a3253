using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>What operators and their tools see.</summary>
public sealed class HealthTests
{
    [Theory]
    [BothEngines]
    public async Task A_service_that_works_says_so(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine });

        Assert.Equal(HttpStatusCode.OK, (await new Api(scene.Anonymous).GetAsync("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await new Api(scene.Anonymous).GetAsync("/health/ready")).Status);
        var health = (await new Api(scene.Anonymous).GetAsync("/health")).Must(HttpStatusCode.OK);
        Assert.Equal("healthy", health["status"]);
        foreach (var name in (string[])["database", "long_connection"])
        {
            var component = health.Json!["components"]![name]!;
            Assert.Equal("healthy", component["status"]!.ToString());
            Assert.True(DateTimeOffset.TryParse(component["since"]!.ToString(), out _));
            Assert.NotEmpty(component["detail"]!.ToString());
        }
    }

    [Fact]
    public async Task A_wrong_app_secret_is_told_in_plain_words_and_the_service_stays()
    {
        await using var scene = await Scene.PrepareAsync(new() { OwnProcess = true, Settings = { ["Lark:Apps:0:AppSecret"] = "not-the-secret" } });
        await scene.StartServiceAsync(untilReady: false);
        var api = new Api(scene.Anonymous);
        await Eventually.TrueAsync("the refusal being told", async () =>
        {
            try
            {
                return (await api.GetAsync("/health")).Text.Contains("App Secret", StringComparison.Ordinal);
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

        var health = await api.GetAsync("/health");
        var detail = health.Json!["components"]!["long_connection"]!["detail"]!.ToString();
        Assert.Contains("does not accept the App Secret", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", health.Text, StringComparison.Ordinal);
        Assert.NotEqual("healthy", health["status"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await api.GetAsync("/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/health/live")).Status);
        Assert.Contains(scene.Service.Output, line => line.Contains("degraded", StringComparison.OrdinalIgnoreCase) && line.Contains("CredentialsRefused", StringComparison.Ordinal));
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task Logs_are_one_JSON_object_a_line_and_can_be_followed_by_session_and_by_request()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, OwnProcess = true });
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
        var session = (await scene.Database.ScalarAsync("SELECT session_id FROM authorization_sessions"))!.ToString();
        await scene.Service.StopAsync();

        var service = (ServiceProcess)scene.Service;
        Assert.Equal("", service.Errors);
        List<JsonObject> lines = [.. service.StandardOutput.Select(line => Assert.IsType<JsonObject>(JsonNode.Parse(line)))];
        Assert.All(lines, line => Assert.True(line.ContainsKey("ts") && line.ContainsKey("level") && line.ContainsKey("msg"), line.ToJsonString()));

        // The consent came by a request: its line bears the session and the request, and so can be followed both ways
        var agreed = Assert.Single(lines, line => line["msg"]!.ToString().Contains("the user agreed", StringComparison.Ordinal));
        Assert.Equal(session, agreed["SessionId"]!.ToString());
        Assert.NotEmpty(agreed["traceId"]!.ToString());
        Assert.NotEmpty(agreed["RequestId"]!.ToString());
        Assert.Contains(lines, line => line["msg"]!.ToString().Contains("waits for the user", StringComparison.Ordinal) && line["SessionId"]?.ToString() == session);
    }

    [Fact]
    public async Task Stopping_is_clean()
    {
        await using var scene = await Scene.StartAsync(new() { OwnProcess = true });
        var started = TimeProvider.System.GetTimestamp();

        await scene.Service.StopAsync();

        Assert.Equal(0, await ((ServiceProcess)scene.Service).EndedAsync());
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(8));
        await Eventually.TrueAsync("the platform seeing no connection", () => scene.Platform.Connections.Open.Count == 0);
    }
}
