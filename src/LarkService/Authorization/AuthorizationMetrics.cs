using System.Diagnostics.Metrics;

namespace LarkService.Authorization;

/// <summary>Counts and times sessions; labels are apps, flows and outcomes, never a user.</summary>
internal sealed class AuthorizationMetrics
{
    public const string MeterName = "LarkService.Authorization";
    private readonly Counter<long> _sessions;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _limited;

    public AuthorizationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _sessions = meter.CreateCounter<long>("lark_service.auth.session", "{session}", "Authorization sessions that ended, by outcome.");
        _duration = meter.CreateHistogram<double>("lark_service.auth.duration", "s", "From asking to agreeing.");
        _limited = meter.CreateCounter<long>("lark_service.auth.rate_limit_triggered", "{request}", "Requests for consent held back because the user was asked too often.");
    }

    public void Finished(AuthorizationSession session, SessionState outcome, TimeSpan took)
    {
        _sessions.Add(1, new("app_id", session.AppId), new("flow", session.Flow.Word()), new("outcome", outcome.Word()));
        if (outcome == SessionState.Authorized)
        {
            _duration.Record(took.TotalSeconds, new("app_id", session.AppId), new("flow", session.Flow.Word()));
        }
    }

    public void HeldBack(string appId) => _limited.Add(1, new KeyValuePair<string, object?>("app_id", appId));
}
