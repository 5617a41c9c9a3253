using System.Diagnostics.Metrics;

namespace LarkService.OnBehalfOf;

/// <summary>Counts and times calls; the label is the kind of call, with every id taken out of its path.</summary>
internal sealed class CallMetrics
{
    public const string MeterName = "LarkService.OnBehalfOf";
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

    public void Called(HttpMethod method, string path, string outcome, TimeSpan took)
    {
        var api = Api(method, path);
        _calls.Add(1, new("api", api), new("outcome", outcome));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("api", api));
    }

    /// <summary><c>GET /open-apis/aily/v1/sessions/:id</c>: ids hold digits, names of the platform's resources do not, but for versions.</summary>
    internal static string Api(HttpMethod method, string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        var segments = (query < 0 ? path : path[..query]).Split('/').Select(s => IsName(s) ? s : ":id");
        return $"{method.Method} {string.Join('/', segments)}";
    }

    private static bool IsName(string segment) => segment is ['v', var digit] && char.IsAsciiDigit(digit) || !segment.Any(char.IsAsciiDigit);
}
