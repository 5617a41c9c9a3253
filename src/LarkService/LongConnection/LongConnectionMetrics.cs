using System.Diagnostics.Metrics;
using System.Text.Json;

namespace LarkService.LongConnection;

/// <summary>What is counted about connections. Labels: configured apps and connections, and words of small closed sets.</summary>
internal sealed class LongConnectionMetrics
{
    public const string MeterName = "LarkService.LongConnection";

    private static readonly InstrumentAdvice<double> AckTimes = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 3, 5, 10],
    };

    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _ignoredConfig;
    private readonly Histogram<double> _ackDuration;

    public LongConnectionMetrics(IMeterFactory meters, LongConnectionStatuses statuses)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("lark_service.websocket.connection.status", () => statuses.All.Select(StatusOf), description: "1 while the connection is open, else 0.");
        _reconnects = meter.CreateCounter<long>("lark_service.websocket.reconnect", "{reconnect}", "Attempts to connect again, by outcome.");
        _disconnects = meter.CreateCounter<long>("lark_service.websocket.disconnects", "{disconnect}", "Open connections that were lost, by reason.");
        _frames = meter.CreateCounter<long>("lark_service.websocket.frames", "{frame}", "Frames received and sent, by type.");
        _dropped = meter.CreateCounter<long>("lark_service.websocket.dropped", "{frame}", "Frames that were not used, by reason.");
        _ignoredConfig = meter.CreateCounter<long>("lark_service.websocket.config.ignored", "{value}", "Values of the platform's client configuration that were missing or absurd.");
        _ackDuration = meter.CreateHistogram("lark_service.websocket.ack.duration", "s", "From the complete payload to its answer being sent.", advice: AckTimes);
        StartAtZero(statuses.All.Select(status => status.AppId).Distinct());
    }

    /// <param name="appId">The app.</param>
    /// <param name="failure">Null: the attempt succeeded.</param>
    public void Reconnected(string appId, DisconnectKind? failure) =>
        _reconnects.Add(1, new("app_id", appId), new("outcome", failure is { } kind ? Word(kind) : "connected"));

    /// <summary>An open connection was lost; that the service stops is no loss.</summary>
    public void Lost(string appId, DisconnectKind reason)
    {
        if (reason != DisconnectKind.Stopping)
        {
            _disconnects.Add(1, new("app_id", appId), new("reason", Word(reason)));
        }
    }

    public void Received(string appId, string type) => _frames.Add(1, new("app_id", appId), new("direction", "in"), new("type", type));

    public void Sent(string appId, string type) => _frames.Add(1, new("app_id", appId), new("direction", "out"), new("type", type));

    public void Dropped(string appId, string reason, int count = 1) => _dropped.Add(count, new("app_id", appId), new("reason", reason));

    public void ConfigIgnored(int values)
    {
        if (values > 0)
        {
            _ignoredConfig.Add(values);
        }
    }

    public void Acked(PayloadKind kind, TimeSpan took) => _ackDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", Word(kind)));

    // A counter that first shows as 1 has not grown, for whoever watches it.
    private void StartAtZero(IEnumerable<string> apps)
    {
        foreach (var appId in apps)
        {
            _reconnects.Add(0, new("app_id", appId), new("outcome", "connected"));
            foreach (var kind in Enum.GetValues<DisconnectKind>().Where(k => k != DisconnectKind.Stopping))
            {
                _reconnects.Add(0, new("app_id", appId), new("outcome", Word(kind)));
                _disconnects.Add(0, new("app_id", appId), new("reason", Word(kind)));
            }
        }
    }

    internal static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static Measurement<int> StatusOf(ConnectionStatus status) =>
        new(status.IsConnected ? 1 : 0, new("app_id", status.AppId), new("connection", status.Number));
}
