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

    /// <summary>From a second to the planned replacement.</summary>
    private static readonly InstrumentAdvice<double> Lifetimes = new()
    {
        HistogramBucketBoundaries = [1, 10, 30, 60, 300, 900, 3600, 10800, 21600, 36000, 43200, 50000],
    };

    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _ignoredConfig;
    private readonly Histogram<double> _ackDuration;
    private readonly Histogram<double> _lifetime;

    public LongConnectionMetrics(IMeterFactory meters, LongConnectionStatuses statuses)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("lark_service.websocket.connection.status", () => statuses.All.Select(StatusOf), description: "1 while the connection is open, else 0.");
        _reconnects = meter.CreateCounter<long>("lark_service.websocket.reconnect", "{reconnect}", "Attempts to connect again, by outcome.");
        _disconnects = meter.CreateCounter<long>("lark_service.websocket.disconnects", "{disconnect}", "Open connections that were lost, by reason.");
        _frames = meter.CreateCounter<long>("lark_service.websocket.frames", "{frame}", "Frames received and sent, by type.");
        _dropped = meter.CreateCounter<long>("lark_service.websocket.dropped", "{frame}", "Frames that were not used, by reason.");
        _ignoredConfig = meter.CreateCounter<long>("lark_service.websocket.config.ignored", "{value}", "Values of the platform's client configuration that were not taken over, by reason.");
        _ackDuration = meter.CreateHistogram("lark_service.websocket.ack.duration", "s", "From the complete payload to its answer being sent.", advice: AckTimes);
        _lifetime = meter.CreateHistogram("lark_service.websocket.connection.lifetime", "s", "How long connections were open, by the reason of their end.", advice: Lifetimes);
        StartAtZero(statuses.All.Select(status => status.AppId).Distinct());
    }

    /// <param name="appId">The app.</param>
    /// <param name="failure">Null: the attempt succeeded.</param>
    public void Reconnected(string appId, DisconnectKind? failure) => Reconnected(appId, failure is { } kind ? Word(kind) : "connected");

    /// <summary>A connection that had become old has a successor.</summary>
    public void Replaced(string appId) => Reconnected(appId, "replaced");

    /// <summary>An open connection has ended. That the service stops, or has opened another in its place, is no loss.</summary>
    /// <param name="appId">The app.</param>
    /// <param name="reason">Why.</param>
    /// <param name="lifetime">How long it was open.</param>
    public void Ended(string appId, DisconnectKind reason, TimeSpan lifetime)
    {
        KeyValuePair<string, object?> app = new("app_id", appId), why = new("reason", Word(reason));
        _lifetime.Record(lifetime.TotalSeconds, app, why);
        if (reason is not (DisconnectKind.Stopping or DisconnectKind.Replaced))
        {
            _disconnects.Add(1, app, why);
        }
    }

    public void Received(string appId, string type) => _frames.Add(1, new("app_id", appId), new("direction", "in"), new("type", type));

    public void Sent(string appId, string type) => _frames.Add(1, new("app_id", appId), new("direction", "out"), new("type", type));

    public void Dropped(string appId, string reason, int count = 1) => _dropped.Add(count, new("app_id", appId), new("reason", reason));

    public void ConfigIgnored(string appId, IgnoredConfig ignored)
    {
        Ignored("missing", ignored.Missing);
        Ignored("absurd", ignored.Absurd);
        Ignored("unreadable", ignored.Unreadable);

        void Ignored(string reason, int count)
        {
            if (count > 0)
            {
                _ignoredConfig.Add(count, new("app_id", appId), new("reason", reason));
            }
        }
    }

    public void Acked(PayloadKind kind, TimeSpan took) => _ackDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", kind == PayloadKind.Event ? "event" : "callback"));

    // A counter that first shows as 1 has not grown, for whoever watches it.
    private void StartAtZero(IEnumerable<string> apps)
    {
        foreach (var appId in apps)
        {
            _reconnects.Add(0, new("app_id", appId), new("outcome", "connected"));
            _reconnects.Add(0, new("app_id", appId), new("outcome", "replaced"));
            foreach (var kind in Enum.GetValues<DisconnectKind>().Where(k => k is not (DisconnectKind.Stopping or DisconnectKind.Replaced)))
            {
                _reconnects.Add(0, new("app_id", appId), new("outcome", Word(kind)));
                _disconnects.Add(0, new("app_id", appId), new("reason", Word(kind)));
            }
        }
    }

    internal static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private void Reconnected(string appId, string outcome) => _reconnects.Add(1, new("app_id", appId), new("outcome", outcome));

    private static Measurement<int> StatusOf(ConnectionStatus status) =>
        new(status.IsConnected ? 1 : 0, new("app_id", status.AppId), new("connection", status.Number));
}
