using System.Text.RegularExpressions;
using LarkService.UnitTests.Architecture;

namespace LarkService.UnitTests.Monitoring;

/// <summary>Alerts, their tests and their pages belong together. That they fire when they should is for promtool to say, among the integration tests.</summary>
public sealed partial class AlertRulesTests
{
    private static readonly string Rules = Repository.Read("docs", "monitoring", "alert-rules.yaml");
    private static readonly string Cases = Repository.Read("docs", "monitoring", "alert-rules.test.yaml");
    private static readonly string Readme = Repository.Read("docs", "monitoring", "README.md");

    public static TheoryData<string> Alerts => [.. Alert().Matches(Rules).Select(m => m.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_is_tested_firing_and_quiet_and_explained(string alert)
    {
        Assert.Single(Regex.Matches(Cases, $@"alertname: {alert}\n +eval_time: \w+\n +exp_alerts:\n +- exp_labels"));
        Assert.Single(Regex.Matches(Cases, $@"alertname: {alert}\n +eval_time: \w+\n +exp_alerts: \[\]"));
        Assert.Contains($"### {alert}\n", Readme, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_says_how_bad_it_is_and_what_to_do(string alert)
    {
        var rule = Rules[Rules.IndexOf($"alert: {alert}\n", StringComparison.Ordinal)..];
        var end = rule.IndexOf("- alert:", StringComparison.Ordinal);
        rule = end < 0 ? rule : rule[..end];

        Assert.Matches("severity: (critical|warning)\n", rule);
        Assert.All((string[])["summary", "description", "runbook"], key => Assert.Matches($"{key}: \".{{20,}}\"", rule));
    }

    [Fact]
    public void The_page_explains_no_alert_that_is_gone() => Assert.Equal(
        Alerts.Select(row => (string)row.Data).Order(),
        Explained().Matches(Readme).Select(m => m.Groups[1].Value).Order());

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"(?m)^### (LarkService\w+)$")]
    private static partial Regex Explained();
}
