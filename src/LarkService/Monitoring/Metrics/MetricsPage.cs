using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LarkService.Monitoring.Metrics;

/// <summary>Turns one collection into the page: families by name, samples by label, so that two pages can be compared.</summary>
internal sealed class MetricsPage : BaseExporter<Metric>
{
    /// <summary>The last page. Not touched again by the next collection.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var families = new SortedDictionary<string, Family>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            Add(families, metric);
        }

        var text = new PrometheusText(Bytes.Length);
        foreach (var (name, family) in families)
        {
            family.Write(name, text);
        }

        Bytes = text.Bytes;
        return ExportResult.Success;
    }

    private static void Add(SortedDictionary<string, Family> families, Metric metric)
    {
        if (FamilyTypeOf(metric) is not { } type)
        {
            return; // exponential histograms, which none of ours is
        }

        var name = PrometheusNames.Metric(metric.Name, metric.Unit, type);
        if (!families.TryGetValue(name, out var family))
        {
            families.Add(name, family = new Family(type, metric.Description));
        }
        else if (family.Type != type)
        {
            return; // one name has one type; the first keeps it
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            // Two instruments may come to one name, but a series may be on the page once only.
            family.Points.TryAdd(PrometheusNames.Labels(point.Tags), (metric.MetricType, point));
        }
    }

    private static FamilyType? FamilyTypeOf(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum when MetricViews.NoCounters.Contains(metric.Name) => FamilyType.Gauge,
        MetricType.LongSum or MetricType.DoubleSum => FamilyType.Counter,
        MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => FamilyType.Gauge,
        MetricType.Histogram => FamilyType.Histogram,
        _ => null,
    };

    private sealed record Family(FamilyType Type, string Help)
    {
        public SortedDictionary<string, (MetricType Type, MetricPoint Point)> Points { get; } = new(StringComparer.Ordinal);

        public void Write(string name, PrometheusText text)
        {
            if (Points.Count == 0)
            {
                return;
            }

            text.Family(name, Type, Help);
            foreach (var (labels, (type, point)) in Points)
            {
                if (Type == FamilyType.Histogram)
                {
                    WriteHistogram(name, labels, point, text);
                }
                else
                {
                    text.Sample(name, labels, Value(type, point));
                }
            }
        }

        private static void WriteHistogram(string name, string labels, MetricPoint point, PrometheusText text)
        {
            long soFar = 0;
            foreach (var bucket in point.GetHistogramBuckets())
            {
                soFar += bucket.BucketCount;
                text.Bucket(name, labels, bucket.ExplicitBound, soFar);
            }

            // Of the same buckets, so that a measurement that comes in meanwhile does not make +Inf and _count differ.
            text.Sample(name + "_sum", labels, point.GetHistogramSum());
            text.Sample(name + "_count", labels, soFar);
        }

        private static double Value(MetricType type, MetricPoint point) => type switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
            MetricType.LongGauge => point.GetGaugeLastValueLong(),
            _ => point.GetGaugeLastValueDouble(),
        };
    }
}
