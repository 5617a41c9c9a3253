using System.Net;
using LarkService.Platform.Http;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts.Limits;

/// <summary>
/// Holds back who calls too often: callers by their quota, everybody else by their address. It stands behind what says
/// who calls, and before anything is done for them. Counts are in memory, so a database that is away holds nobody back and lets nobody through.
/// </summary>
internal sealed partial class RequestLimits(RequestCounts counts, IOptions<ApiOptions> options, ILogger<RequestLimits> logger)
{
    /// <summary>So many times as often as other routes that ask for no key, one address may open a page for people: a whole company may be behind it.</summary>
    public const int PageShare = 100;
    private const string ForwardedFor = "X-Forwarded-For";
    private readonly LimitRule _anonymous = LimitRule.PerQuarterHour(options.Value.AnonymousPerQuarterHour);
    private readonly LimitRule _page = LimitRule.PerQuarterHour(options.Value.AnonymousPerQuarterHour * PageShare);
    private readonly bool _trustsNobody = options.Value.TrustedProxies.Count == 0;
    private int _hasWarned;

    /// <returns>What is done instead of going on; null: nothing holds the request back.</returns>
    public Task? HoldBack(HttpContext http, RequestDelegate next)
    {
        if (Applying(http) is not (var key, var rule))
        {
            return null;
        }

        var verdict = counts.Take(key, rule);
        LimitHeaders.Write(http.Response.Headers, rule.Most, verdict.Left, verdict.Wait, rule.Window);
        return verdict.IsFree ? null
            : key.Kind == LimitKind.Page ? HeldBack.LetSayAsync(http, verdict.Wait, next)
            : Problems.RateLimited(Words(key.Kind, rule), verdict.Wait, http).ExecuteAsync(http);
    }

    private (LimitKey Key, LimitRule Rule)? Applying(HttpContext http)
    {
        if (http.User is Caller caller)
        {
            return caller.Counted is { } counted ? (counted, LimitRule.PerMinute(caller.PerMinute)) : null;
        }

        var route = http.GetEndpoint()?.Metadata;
        if (route?.GetMetadata<UnlimitedRoute>() is not null)
        {
            return null;
        }

        WarnOfProxy(http);
        var kind = route?.GetMetadata<RequiredCaller>() is not null ? LimitKind.Stranger
            : route?.GetMetadata<PageForPeopleAttribute>() is not null ? LimitKind.Page
            : LimitKind.Open;
        return (LimitKey.Of(kind, http.Connection.RemoteIpAddress), kind == LimitKind.Page ? _page : _anonymous);
    }

    // Everybody behind it would share one address, and with it one limit.
    private void WarnOfProxy(HttpContext http)
    {
        if (_trustsNobody && http.Request.Headers.ContainsKey(ForwardedFor) && Interlocked.Exchange(ref _hasWarned, 1) == 0)
        {
            Log.BehindProxy(logger, http.Connection.RemoteIpAddress);
        }
    }

    private static string Words(LimitKind kind, LimitRule rule) => kind switch
    {
        LimitKind.Key => $"This API key may make {rule.Most} requests a minute. Whoever may manage keys can make one with a larger quota.",
        LimitKind.Account => $"This account may make {rule.Most} requests a minute.",
        LimitKind.Stranger => $"Too many requests without a good key came from this address: {rule.Most} in 15 minutes are let through. Who sends a good one is not held back.",
        _ => $"Too many requests came from this address: {rule.Most} in 15 minutes are let through.",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Requests come through a reverse proxy ({Address}), and all who do share one rate limit: name the proxy in Api__TrustedProxies__0")]
        public static partial void BehindProxy(ILogger logger, IPAddress? address);
    }
}
