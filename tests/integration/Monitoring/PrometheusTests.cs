using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary>The dashboard and the alerts against a real Prometheus.</summary>
public sealed partial class PrometheusTests
{
    /// <summary>The ranges of panels and alerts are minutes and hours; here everything happens within seconds.</summary>
    private const string ShortRange = "[30s]";

    /// <summary>A reading may fail or be late on a busy machine; a later one fills the gap.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static string Folder => Files.InRepository("docs", "monitoring");

    [Fact]
    public async Task Every_alert_fires_when_it_should_and_is_quiet_when_all_is_well()
    {
        var (exitCode, output) = await PrometheusTools.PromtoolAsync(Folder, null, "check", "rules", "alert-rules.yaml");
        Assert.True(exitCode == 0, output);
        (exitCode, output) = await PrometheusTools.PromtoolAsync(Folder, null, "test", "rules", "alert-rules.test.yaml");
        Assert.True(exitCode == 0, output);
    }

    /// <remarks>
    /// A panel must show something: each of its queries has at least one number while there is load. Those that have nothing to
    /// count when all is well say so with <c>or vector(0)</c>. An alert's expression is empty when all is well, by its nature; so
    /// of the alerts every selector must find series, and the rules themselves are loaded and worked out by Prometheus without
    /// an error. That they fire at the right moment is shown above, with promtool. <c>absent()</c> is the one that asks for
    /// what is missing; its selector, too, must find the series in a service that runs.
    /// </remarks>
    [Fact]
    public async Task Every_panel_shows_data_and_every_alert_finds_what_it_watches_while_people_are_at_work()
    {
        _ = PrometheusTools.Server; // skips at once where there is none
        await using var scene = await Scene.StartAsync(Load.Scene);
        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "alert-rules.yaml"));
        await using var prometheus = await RunningPrometheus.StartAsync(scene.Url, rules);
        var started = TimeProvider.System.GetTimestamp();
        await Load.RunAsync(scene);
        await Eventually.TrueAsync("Prometheus having read the dead event", async () =>
            (await prometheus.ValuesAsync("lark_service_event_inbox_dead", TimeSpan.FromSeconds(2))).Any(v => v > 0));
        var done = TimeProvider.System.GetTimestamp();
        var empty = await EmptyAsync(prometheus, rules, started);
        while (empty.Count > 0 && TimeProvider.System.GetElapsedTime(done) < Patience)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            empty = await EmptyAsync(prometheus, rules, started);
        }

        Assert.Empty(empty);
        var loaded = await prometheus.RulesAsync();
        Assert.Equal(AlertName().Count(rules), loaded.Count);
        Assert.All(loaded, rule => Assert.True(rule is { Health: "ok", Error: null or "" }, $"{rule}"));
        Assert.DoesNotContain("level=", prometheus.Said, StringComparison.Ordinal); // it only speaks of warnings and errors
    }

    /// <summary>The panels that showed nothing since then, and the selectors of alerts that found nothing.</summary>
    private static async Task<List<string>> EmptyAsync(RunningPrometheus prometheus, string rules, long started)
    {
        var soFar = TimeProvider.System.GetElapsedTime(started) + TimeSpan.FromSeconds(1);
        var empty = new List<string>();
        foreach (var (panel, query) in Panels())
        {
            if (!(await prometheus.ValuesAsync(query, soFar)).Any(double.IsFinite))
            {
                empty.Add($"{panel}: {query}");
            }
        }

        foreach (var selector in Selectors(rules))
        {
            if ((await prometheus.ValuesAsync(selector, soFar)).Count == 0)
            {
                empty.Add($"alert: {selector}");
            }
        }

        return empty;
    }

    /// <summary>Every query, as Grafana would send it with all apps and instances chosen.</summary>
    private static IEnumerable<(string Panel, string Query)> Panels() =>
        from panel in JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "grafana-dashboard.json")))!["panels"]!.AsArray()
        where panel["type"]!.ToString() != "row"
        from target in panel["targets"]!.AsArray()
        select (panel["title"]!.ToString(), Variable().Replace(Range().Replace(target["expr"]!.ToString(), ShortRange), ".+"));

    private static IEnumerable<string> Selectors(string rules) => Selector().Matches(rules).Select(m => m.Value).Distinct();

    [GeneratedRegex(@"\[[^\]]+\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\$(app|instance)\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"lark_service_\w+(\{[^}]*\})?")]
    private static partial Regex Selector();

    [GeneratedRegex("- alert: ")]
    private static partial Regex AlertName();
}
