using System.Diagnostics.Metrics;
using LarkService.LongConnection;

namespace LarkService.Events.Http;

/// <summary>What is counted about pushes over HTTP. The app is named only when it is one of ours.</summary>
internal sealed class HttpPushMetrics
{
    private readonly Counter<long> _pushes;
    private readonly Histogram<double> _duration;

    public HttpPushMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EventsMetrics.MeterName);
        _pushes = meter.CreateCounter<long>("lark_service.http.callbacks", "{push}", "Pushes of the platform over HTTP, by what became of them.");
        _duration = meter.CreateHistogram<double>("lark_service.http.callback.duration", "s", "From the request's head to its answer being sent, of pushes that were taken.");
    }

    public void Count(string appId, HttpPushOutcome outcome) => _pushes.Add(1, new("app_id", appId), new("outcome", LongConnectionMetrics.Word(outcome)));

    public void Took(PayloadKind kind, TimeSpan time) => _duration.Record(time.TotalSeconds, new KeyValuePair<string, object?>("kind", LongConnectionMetrics.Word(kind)));
}
