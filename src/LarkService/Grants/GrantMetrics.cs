using System.Diagnostics.Metrics;
using LarkService.Grants.OAuth;

namespace LarkService.Grants;

/// <summary>Counts refreshes; labels are apps and outcomes, never a user.</summary>
internal sealed class GrantMetrics
{
    public const string MeterName = "LarkService.Grants";
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _retries;
    private IReadOnlyList<Measurement<int>> _active = [];

    public GrantMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refreshes = meter.CreateCounter<long>("lark_service.token.refresh", "{refresh}", "Refreshes of user tokens, by outcome.");
        _retries = meter.CreateCounter<long>("lark_service.token.refresh_retry", "{retry}", "Refreshes tried again after a passing fault.");
        meter.CreateObservableGauge("lark_service.token.active_count", () => Volatile.Read(ref _active), description: "Grants in use, each with a user's tokens; the same on every replica.");
    }

    /// <summary>A counter that first shows as 1 has not grown, for whoever watches it.</summary>
    public void StartAtZero(string appId)
    {
        _retries.Add(0, new KeyValuePair<string, object?>("app_id", appId));
        foreach (var outcome in RefreshResult.All)
        {
            _refreshes.Add(0, new("app_id", appId), new("outcome", outcome));
        }
    }

    public void Active(IEnumerable<(string AppId, int Count)> grants) =>
        Volatile.Write(ref _active, [.. grants.Select(g => new Measurement<int>(g.Count, new KeyValuePair<string, object?>("app_id", g.AppId)))]);

    public void Refreshed(string appId, string outcome) => _refreshes.Add(1, new("app_id", appId), new("outcome", outcome));

    public void Retried(string appId) => _retries.Add(1, new KeyValuePair<string, object?>("app_id", appId));
}

/// <summary>How a refresh ended: a label of metrics, and a word in the database that must stay.</summary>
internal static class RefreshResult
{
    public const string Refreshed = "refreshed";

    /// <summary>New tokens came, but no refresh token with them: they are the last.</summary>
    public const string NotRenewable = "not_renewable";

    /// <summary>New tokens came, but the grant had changed meanwhile.</summary>
    public const string Overtaken = "overtaken";

    /// <summary>The platform did not answer, or not well; the grant is kept.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The app's settings do not let it refresh; the grant is kept.</summary>
    public const string Configuration = "configuration";

    /// <summary>The platform will not renew it: only the user can.</summary>
    public const string ReauthorizationRequired = "reauthorization_required";

    public static IReadOnlyList<string> All { get; } = [Refreshed, NotRenewable, Overtaken, Unavailable, Configuration, ReauthorizationRequired];

    public static string Of(TokenResponse tokens) => tokens.RefreshToken is null ? NotRenewable : Refreshed;
}
