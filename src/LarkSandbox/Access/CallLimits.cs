using System.Globalization;
using LarkSandbox.Hosting;

namespace LarkSandbox.Access;

/// <summary>The platform's limits per API, "1000/min and 50/s" for most: 429 (400 by old APIs), 99991400 and the seconds to wait.</summary>
internal sealed class CallLimits(SandboxOptions options, RateWindow window)
{
    private volatile bool _lifted;

    /// <summary>Nothing is too many, and nothing is counted: while a load test sets its scene.</summary>
    public bool Lifted
    {
        get => _lifted;
        set => _lifted = value;
    }

    public IResult? Refuse(HttpContext http, string api) => Refuse(http, api, CallRate.Usual, StatusCodes.Status429TooManyRequests);

    public IResult? Refuse(HttpContext http, ApiRule rule) =>
        Refuse(http, rule.Name, rule.Rate, rule.IsHistoric ? StatusCodes.Status400BadRequest : StatusCodes.Status429TooManyRequests);

    /// <summary>One more within this second, where an API has a limit of its own.</summary>
    public bool Admits(string name, int perSecond) =>
        Lifted || options.CallsPerSecond == 0 || window.Admit($"{name}/s", perSecond, TimeSpan.FromSeconds(1)) is null;

    private IResult? Refuse(HttpContext http, string api, CallRate rate, int status)
    {
        if (Lifted)
        {
            return null;
        }

        var (perSecond, perMinute) = Now(rate);
        var wait = window.Admit($"{api}/s", perSecond, TimeSpan.FromSeconds(1)) is { } second ? (second, perSecond)
            : window.Admit($"{api}/min", perMinute, TimeSpan.FromMinutes(1)) is { } minute ? (minute, perMinute)
            : ((TimeSpan Reset, int Limit)?)null;
        if (wait is not { } full)
        {
            return null;
        }

        http.Response.Headers["x-ogw-ratelimit-limit"] = full.Limit.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["x-ogw-ratelimit-reset"] = Math.Max(1, (int)Math.Ceiling(full.Reset.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Answer.Error(99991400, "request trigger frequency limit", status);
    }

    /// <summary>A limit that is switched off in the options is off for every API.</summary>
    private (int PerSecond, int PerMinute) Now(CallRate rate) => rate == CallRate.Usual
        ? (options.CallsPerSecond, options.CallsPerMinute)
        : (options.CallsPerSecond == 0 ? 0 : rate.PerSecond, options.CallsPerMinute == 0 ? 0 : rate.PerMinute);
}
