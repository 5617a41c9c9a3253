using System.Diagnostics.Metrics;
using LarkService.Platform.Registry;

namespace LarkService.OnBehalfOf;

/// <summary>Counts and times calls; the label is the API as the registry names it, so there are no more labels than APIs.</summary>
internal sealed class CallMetrics
{
    public const string MeterName = "LarkService.OnBehalfOf";

    /// <summary>Stands for every API that the registry does not know.</summary>
    public const string Other = "other";

    private readonly Counter<long> _calls;
    private readonly Histogram<double> _duration;
    private IReadOnlyList<Measurement<int>> _parked = [];

    public CallMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _calls = meter.CreateCounter<long>("lark_service.api.calls", "{call}", "Calls on behalf of users, by outcome.");
        _duration = meter.CreateHistogram("lark_service.api.call_duration", "s", "Calls on behalf of users, with the platform's share.", tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
        });
        meter.CreateObservableGauge("lark_service.parked_calls", () => Volatile.Read(ref _parked), description: "Calls that wait for their user or are in work; the same on every replica.");
    }

    public void Parked(IEnumerable<(string State, int Count)> calls) =>
        Volatile.Write(ref _parked, [.. calls.Select(c => new Measurement<int>(c.Count, new KeyValuePair<string, object?>("state", c.State)))]);

    /// <param name="api">Null where the registry knows none: callers name paths as they like, and each name would be a series of its own.</param>
    /// <param name="outcome">One word of few.</param>
    /// <param name="took">With the platform's share.</param>
    public void Called(ApiEntry? api, string outcome, TimeSpan took)
    {
        var label = api?.Label ?? Other;
        _calls.Add(1, new("api", label), new("outcome", outcome));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("api", label));
    }
}
