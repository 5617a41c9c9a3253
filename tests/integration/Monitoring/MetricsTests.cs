using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary><c>/metrics</c> of the real binary.</summary>
public sealed partial class MetricsTests
{
    /// <summary>The contract, as far as it has a subject by now. Histograms appear with their first measurement.</summary>
    private static readonly Dictionary<string, string[]> Contract = new(StringComparer.Ordinal)
    {
        ["lark_service_websocket_connection_status"] = ["app_id", "connection"],
        ["lark_service_websocket_reconnect_total"] = ["app_id", "outcome"],
        ["lark_service_websocket_frames_total"] = ["app_id", "direction", "type"],
        ["lark_service_websocket_ack_duration_seconds"] = ["kind"],
        ["lark_service_events_total"] = ["event_type", "outcome"],
        ["lark_service_event_inbox_depth"] = [],
        ["lark_service_auth_session_total"] = ["app_id", "flow", "outcome"],
        ["lark_service_auth_session_active"] = ["app_id"],
        ["lark_service_auth_duration_seconds"] = ["app_id", "flow"],
        ["lark_service_auth_rate_limit_triggered_total"] = ["app_id"],
        ["lark_service_token_refresh_total"] = ["app_id", "outcome"],
        ["lark_service_token_refresh_retry_total"] = ["app_id"],
        ["lark_service_token_active_count"] = ["app_id"],
        ["lark_service_api_calls_total"] = ["api", "outcome"],
        ["lark_service_api_call_duration_seconds"] = ["api"],
        ["lark_service_parked_calls"] = ["state"],
        ["lark_service_realtime_connections"] = [],
    };

    /// <summary>The contract has this name; to promtool its ending belongs to histograms.</summary>
    private const string AcceptedComplaint = "lark_service_token_active_count non-histogram and non-summary metrics should not have \"_count\" suffix";

    [Fact]
    public async Task Before_anything_has_happened_what_alerts_watch_is_there_as_zero()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, OwnProcess = true });

        var page = await PageAsync(scene.Anonymous);

        foreach (var series in (string[])
            [
                "lark_service_websocket_disconnects_total{app_id=\"{app}\",reason=\"silent\"}",
                "lark_service_websocket_reconnect_total{app_id=\"{app}\",outcome=\"connected\"}",
                "lark_service_events_total{event_type=\"im.message.receive_v1\",outcome=\"dead\"}",
                "lark_service_events_total{event_type=\"im.message.receive_v1\",outcome=\"not_stored\"}",
                "lark_service_auth_session_total{app_id=\"{app}\",flow=\"redirect\",outcome=\"failed\"}",
                "lark_service_auth_rate_limit_triggered_total{app_id=\"{app}\"}",
                "lark_service_token_refresh_total{app_id=\"{app}\",outcome=\"configuration\"}",
                "lark_service_token_refresh_retry_total{app_id=\"{app}\"}",
            ])
        {
            Assert.Contains($"{series.Replace("{app}", scene.Options.Sandbox.AppId, StringComparison.Ordinal)} 0\n", page.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task After_a_journey_every_metric_of_the_contract_has_its_labels_and_none_names_a_person()
    {
        await using var scene = await Scene.StartAsync(Load.Scene);
        await Load.RunAsync(scene);
        await Eventually.TrueAsync("the grants being counted", async () => (await PageAsync(scene.Anonymous)).Sum("lark_service_token_active_count") >= 1);
        var watch = Stopwatch.StartNew();
        using var answer = await scene.Anonymous.GetAsync(new Uri("/metrics", UriKind.Relative));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes.Length} bytes in {watch.Elapsed.TotalMilliseconds:0.0} ms");
        var page = new MetricsPage(Encoding.UTF8.GetString(bytes));

        // The format
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal((3, AcceptedComplaint), await PrometheusTools.PromtoolAsync("/", bytes, "check", "metrics"));
        Assert.Equal(page.Families.Order(StringComparer.Ordinal), page.Families);
        Assert.InRange(bytes.Length, 5_000, 200_000);

        // The contract
        Assert.All(Contract, metric => Assert.True(page.LabelsOf(metric.Key).SequenceEqual(metric.Value) && page.Families.Contains(metric.Key), $"{metric.Key}: {string.Join(',', page.LabelsOf(metric.Key))}"));
        Assert.Contains("http_server_request_duration_seconds", page.Families);
        Assert.Contains("dotnet_gc_collections_total", page.Families);
        Assert.Contains("process_resident_memory_bytes", page.Families);
        Assert.True(page.Sum("lark_service_auth_rate_limit_triggered_total") >= 1);
        Assert.Equal(1, page.Sum($"lark_service_auth_session_total{{app_id=\"{scene.Options.Sandbox.AppId}\",flow=\"redirect\",outcome=\"declined\"}}"));

        // No label that grows with people or with what they do
        var ids = await scene.Database.RowsAsync(
            "SELECT session_id FROM authorization_sessions UNION SELECT event_id FROM inbox_events UNION SELECT open_id FROM user_grants UNION SELECT id FROM parked_calls");
        var forbidden = ids.Select(row => row[0]!.ToString()!).Concat(scene.Platform.Users.Select(u => u.OpenId)).Concat(scene.Platform.Messages.Select(m => m.MessageId)).ToList();
        Assert.True(forbidden.Count > 10);
        Assert.All(forbidden, id => Assert.DoesNotContain(id, page.Text, StringComparison.Ordinal));
        Assert.DoesNotMatch("(?<![a-z])(ou|on|om|oc|session)_[a-z0-9]{12}", page.Text);
        Assert.DoesNotContain("overflow", page.Text, StringComparison.Ordinal);
        await Leaks.NoneAsync(scene);
        await IsDocumentedAsync(page);
    }

    [Fact]
    public async Task A_port_of_its_own_serves_the_page_and_nothing_else_and_the_main_one_everything_else()
    {
        var port = FreePort.Take();
        await using var scene = await Scene.StartAsync(new() { OwnProcess = true, Settings = { ["Monitoring:MetricsPort"] = $"{port}" } });
        using var own = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.Contains("lark_service_websocket_connection_status", (await PageAsync(own)).Families);
        (await new Api(scene.Anonymous).GetAsync("/metrics")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await new Api(scene.Anonymous).GetAsync("/health")).Must(HttpStatusCode.OK);
        foreach (var path in (string[])["/health", "/health/live", "/api/v1/grants", "/api/v1/lark/open-apis/im/v1/chats", "/oauth/callback", "/"])
        {
            (await new Api(own).GetAsync(path)).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        }

        // The Host header is the caller's word: it opens nothing
        using var disguised = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = $"127.0.0.1:{port}" } };
        using var answer = await scene.Anonymous.SendAsync(disguised);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("70000", "must be between 1 and 65535")]
    [InlineData("none", "does not read as a whole number")]
    [InlineData("main", "where the service itself listens")]
    public async Task A_wrong_port_stops_the_start_and_says_why(string port, string words)
    {
        await using var scene = await Scene.PrepareAsync();
        var settings = scene.Settings();
        settings["Monitoring:MetricsPort"] = port == "main" ? $"{scene.Url.Port}" : port;

        var (exitCode, _, errors) = await ServiceProcess.RunAsync(settings);

        Assert.Equal(78, exitCode);
        Assert.Contains("1 configuration value needs mending", errors, StringComparison.Ordinal);
        Assert.Contains("Monitoring__MetricsPort", errors, StringComparison.Ordinal);
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    private static async Task<MetricsPage> PageAsync(HttpClient http) => new((await new Api(http).GetAsync("/metrics")).Must(HttpStatusCode.OK).Text);

    private static async Task IsDocumentedAsync(MetricsPage page)
    {
        var documented = Documented().Matches(await File.ReadAllTextAsync(Files.InRepository("docs", "monitoring", "README.md")))
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[3].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList());

        var ours = page.Families.Where(f => f.StartsWith("lark_service_", StringComparison.Ordinal)).ToList();

        Assert.Empty(ours.Except(documented.Keys));
        Assert.All(Contract.Keys, name => Assert.Contains(name, documented.Keys));
        Assert.All(ours, name => Assert.Equal(documented[name], page.LabelsOf(name)));
    }

    [GeneratedRegex(@"(?m)^\| `(lark_service_\w+)` \| (counter|gauge|histogram) \| ([^|]*?) \|")]
    private static partial Regex Documented();
}
