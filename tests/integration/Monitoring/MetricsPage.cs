using System.Text.RegularExpressions;

namespace LarkService.IntegrationTests.Monitoring;

/// <summary>The page as a test reads it.</summary>
internal sealed partial record MetricsPage(string Text)
{
    public IReadOnlyList<string> Families { get; } = [.. Type().Matches(Text).Select(m => m.Groups[1].Value)];

    public IReadOnlyList<string> Series { get; } = [.. Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.LastIndexOf(' ')])];

    /// <summary>Names of the labels of a family, in order; <c>le</c> is the histogram's own.</summary>
    public IReadOnlyList<string> LabelsOf(string family) =>
        [.. Series.Where(s => Name().Match(s).Value is var name && (name == family || name == family + "_bucket"))
            .SelectMany(s => Label().Matches(s).Select(m => m.Groups[1].Value)).Where(l => l != "le").Distinct().Order(StringComparer.Ordinal)];

    public double Sum(string series) => Text.Split('\n').Where(line => line.StartsWith(series, StringComparison.Ordinal)).Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex("(?m)^# TYPE ([^ ]+) ")]
    private static partial Regex Type();

    [GeneratedRegex("^[^{ ]+")]
    private static partial Regex Name();

    [GeneratedRegex("[{,]([a-z_]+)=\"")]
    private static partial Regex Label();
}
