using System.Buffers;
using System.Globalization;
using System.Text;

namespace LarkService.Monitoring.Metrics;

/// <summary>Writes the Prometheus text format 0.0.4, in UTF-8.</summary>
/// <param name="expected">Bytes the page will need, about.</param>
internal sealed class PrometheusText(int expected)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(Math.Max(4096, expected + (expected / 8)));

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    public void Family(string name, FamilyType type, string help)
    {
        Write($"# HELP {name} {help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        Write($"# TYPE {name} {Word(type)}\n");
    }

    /// <param name="name">With every suffix.</param>
    /// <param name="labels">As <see cref="PrometheusNames.Labels"/> makes them.</param>
    /// <param name="value">Any, also infinite or none.</param>
    public void Sample(string name, string labels, double value) => Write(labels.Length == 0 ? $"{name} {Number(value)}\n" : $"{name}{{{labels}}} {Number(value)}\n");

    public void Bucket(string name, string labels, double upTo, long count) =>
        Sample(name + "_bucket", $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{Number(upTo)}\"", count);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Word(FamilyType type) => type switch
    {
        FamilyType.Counter => "counter",
        FamilyType.Gauge => "gauge",
        _ => "histogram",
    };

    private void Write(string line) => Encoding.UTF8.GetBytes(line, _bytes);
}

/// <summary>The types of the format that are used.</summary>
internal enum FamilyType
{
    /// <summary>Only grows, until the process starts again.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,
}
