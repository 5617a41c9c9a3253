using System.Diagnostics.Metrics;

namespace LarkService.Authorization;

/// <summary>Counts and times sessions; labels are apps, flows and outcomes, never a user.</summary>
internal sealed class AuthorizationMetrics
{
    public const string MeterName = "LarkService.Authorization";
    private readonly Counter<long> _sessions;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _limited;
    private IReadOnlyList<Measurement<int>> _open = [];

    public AuthorizationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _sessions = meter.CreateCounter<long>("lark_service.auth.session", "{session}", "Authorization sessions that ended, by outcome.");
        _duration = meter.CreateHistogram("lark_service.auth.duration", "s", "From asking to agreeing.", tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400], // a session lives 10 minutes, a day at most
        });
        _limited = meter.CreateCounter<long>("lark_service.auth.rate_limit_triggered", "{request}", "Requests for consent held back because the user was asked too often.");
        meter.CreateObservableGauge("lark_service.auth.session.active", () => Volatile.Read(ref _open), description: "Authorization sessions that wait for their user; the same on every replica.");
    }

    /// <summary>A counter that first shows as 1 has not grown, for whoever watches it.</summary>
    public void StartAtZero(string appId, SessionFlow flow)
    {
        _limited.Add(0, new KeyValuePair<string, object?>("app_id", appId));
        foreach (var outcome in Enum.GetValues<SessionState>().Where(s => s != SessionState.Pending))
        {
            _sessions.Add(0, new("app_id", appId), new("flow", flow.Word()), new("outcome", outcome.Word()));
        }
    }

    public void Finished(AuthorizationSession session, SessionState outcome, TimeSpan took)
    {
        _sessions.Add(1, new("app_id", session.AppId), new("flow", session.Flow.Word()), new("outcome", outcome.Word()));
        if (outcome == SessionState.Authorized)
        {
            _duration.Record(took.TotalSeconds, new("app_id", session.AppId), new("flow", session.Flow.Word()));
        }
    }

    public void Open(IEnumerable<(string AppId, int Count)> sessions) =>
        Volatile.Write(ref _open, [.. sessions.Select(s => new Measurement<int>(s.Count, new KeyValuePair<string, object?>("app_id", s.AppId)))]);

    public void HeldBack(string appId) => _limited.Add(1, new KeyValuePair<string, object?>("app_id", appId));
}
