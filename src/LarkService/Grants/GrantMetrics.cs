using System.Diagnostics.Metrics;

namespace LarkService.Grants;

/// <summary>Counts refreshes; labels are apps and outcomes, never a user.</summary>
internal sealed class GrantMetrics
{
    public const string MeterName = "LarkService.Grants";
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _retries;

    public GrantMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refreshes = meter.CreateCounter<long>("lark_service.token.refresh", "{refresh}", "Refreshes of user tokens, by outcome.");
        _retries = meter.CreateCounter<long>("lark_service.token.refresh_retry", "{retry}", "Refreshes tried again after a passing fault.");
    }

    public void Refreshed(string appId, string outcome) => _refreshes.Add(1, new("app_id", appId), new("outcome", outcome));

    public void Retried(string appId) => _retries.Add(1, new KeyValuePair<string, object?>("app_id", appId));
}
