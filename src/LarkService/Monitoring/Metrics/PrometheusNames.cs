using System.Globalization;
using System.Text;
using OpenTelemetry;

namespace LarkService.Monitoring.Metrics;

/// <summary>
/// Names of instruments and tags as Prometheus has them: <c>lark_service.token.refresh</c> becomes <c>lark_service_token_refresh_total</c>,
/// <c>dotnet.gc.pause.time</c> in seconds <c>dotnet_gc_pause_time_seconds_total</c>.
/// </summary>
internal static class PrometheusNames
{
    /// <param name="instrument">The instrument's name, with dots.</param>
    /// <param name="unit">Its unit in UCUM; one in braces only says what is counted.</param>
    /// <param name="type">A counter's name ends in <c>_total</c>.</param>
    public static string Metric(string instrument, string? unit, FamilyType type)
    {
        var name = Clean(instrument, colonAllowed: true);
        if (UnitWord(unit) is { } word && !name.EndsWith("_" + word, StringComparison.Ordinal))
        {
            name += "_" + word;
        }

        return type == FamilyType.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary><c>a="1",b="2"</c> in order of the names, escaped; empty without tags. Of two tags that come to one name the first stays.</summary>
    public static string Labels(ReadOnlyTagCollection tags)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            sorted.TryAdd(Clean(tag.Key, colonAllowed: false), Text(tag.Value));
        }

        var labels = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            labels.Append(labels.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escaped(value)).Append('"');
        }

        return labels.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Escaped(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string? UnitWord(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        null or "" or "1" => null,
        _ when unit.StartsWith('{') => null,
        _ => Clean(unit, colonAllowed: false),
    };

    private static string Clean(string name, bool colonAllowed)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var kept = char.IsAsciiLetterOrDigit(c) || (colonAllowed && c == ':') ? c : '_';
            if (kept != '_' || clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append(kept);
            }
        }

        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean.ToString();
    }
}
