using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkService.UnitTests.Architecture;

namespace LarkService.UnitTests.Monitoring;

/// <summary>The dashboard as a file; that its queries find data is shown with a real Prometheus, among the integration tests.</summary>
public sealed partial class DashboardTests
{
    private const int Columns = 24;
    private static readonly JsonNode Dashboard = JsonNode.Parse(Repository.Read("docs", "monitoring", "grafana-dashboard.json"))!;
    private static readonly IReadOnlyList<JsonNode> Panels = [.. Dashboard["panels"]!.AsArray().Select(p => p!)];
    private static readonly IReadOnlyList<JsonNode> Charts = [.. Panels.Where(p => p["type"]!.ToString() != "row")];

    private static readonly string[] BuiltIn = ["__rate_interval", "__range", "__interval"];

    [Fact]
    public void It_is_one_that_Grafana_10_takes()
    {
        Assert.InRange(Dashboard["schemaVersion"]!.GetValue<int>(), 38, 41);
        Assert.Equal("LarkService", Dashboard["title"]!.ToString());
        Assert.Null(Dashboard["id"]); // a number would overwrite whatever has it there
    }

    [Fact]
    public void It_has_its_rows_in_order() => Assert.Equal(
        ["Is it working?", "Long connection", "Events and callbacks", "Consent", "Tokens and calls", "Runtime"],
        Panels.Where(p => p["type"]!.ToString() == "row").Select(p => p["title"]!.ToString()));

    [Fact]
    public void Every_panel_has_an_id_of_its_own() => Assert.Equal(Panels.Count, Panels.Select(p => p["id"]!.GetValue<int>()).Distinct().Count());

    [Fact]
    public void Panels_lie_within_the_grid_and_none_on_another()
    {
        var cells = new HashSet<(int X, int Y)>();
        foreach (var panel in Panels)
        {
            var (x, y, w, h) = (Place(panel, "x"), Place(panel, "y"), Place(panel, "w"), Place(panel, "h"));
            Assert.True(x >= 0 && x + w <= Columns, Title(panel));
            Assert.All(from dx in Enumerable.Range(x, w) from dy in Enumerable.Range(y, h) select (dx, dy), cell => Assert.True(cells.Add(cell), $"{Title(panel)} lies on another panel"));
        }
    }

    [Fact]
    public void Every_chart_says_what_it_shows_in_which_unit() => Assert.All(Charts, chart =>
    {
        Assert.NotEmpty(Title(chart));
        Assert.True(chart["description"]?.ToString().Length > 20, Title(chart));
        Assert.True(chart["type"]!.ToString() == "state-timeline" || chart["fieldConfig"]!["defaults"]!["unit"] is not null, Title(chart));
        Assert.NotEmpty(chart["targets"]!.AsArray());
        Assert.All(chart["targets"]!.AsArray(), t => Assert.NotEmpty(t!["expr"]!.ToString()));
        Assert.True(chart["type"]!.ToString() == "stat" || chart["targets"]!.AsArray().All(t => t!["legendFormat"]!.ToString().Length > 0), Title(chart));
    });

    [Fact]
    public void Every_query_goes_to_the_chosen_data_source()
    {
        Assert.All(Charts.SelectMany(c => c["targets"]!.AsArray().Append(c)), at => Assert.Equal("${datasource}", at!["datasource"]!["uid"]!.ToString()));
        Assert.All(DataSourceUid().Matches(Dashboard.ToJsonString()), m => Assert.Equal("${datasource}", m.Groups[1].Value));
    }

    [Fact]
    public void Variables_that_are_used_exist_and_those_that_exist_are_used()
    {
        var declared = Dashboard["templating"]!["list"]!.AsArray().Select(v => v!["name"]!.ToString()).ToList();
        var used = Variable().Matches(Dashboard["panels"]!.ToJsonString().Replace("\\u0022", "\"", StringComparison.Ordinal)).Select(m => m.Groups[1].Value).Distinct().Except(BuiltIn);

        Assert.Equal(["datasource", "app", "instance"], declared);
        Assert.Equal(declared.Order(), used.Order());
    }

    [Fact]
    public void Chosen_apps_and_instances_are_matched_as_a_list() => Assert.All(
        Charts.SelectMany(c => c["targets"]!.AsArray()).Select(t => t!["expr"]!.ToString()),
        expr => Assert.DoesNotMatch("""="\$(app|instance)""", expr.Replace("=~\"$", "~", StringComparison.Ordinal)));

    private static string Title(JsonNode panel) => panel["title"]!.ToString();

    private static int Place(JsonNode panel, string what) => panel["gridPos"]![what]!.GetValue<int>();

    [GeneratedRegex("""\$\{?(\w+)\}?""")]
    private static partial Regex Variable();

    [GeneratedRegex("\"datasource\":\\{[^}]*\"uid\":\"([^\"]*)\"")]
    private static partial Regex DataSourceUid();
}
