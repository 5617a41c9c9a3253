using System.Globalization;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>The platform's "1000/min and 50/s" per API: 429, 99991400 and the seconds to wait.</summary>
internal sealed class CallLimits(SandboxOptions options, RateWindow window)
{
    private volatile bool _lifted;

    /// <summary>Nothing is too many, and nothing is counted: while a load test sets its scene.</summary>
    public bool Lifted
    {
        get => _lifted;
        set => _lifted = value;
    }

    public IResult? Refuse(HttpContext http, string api)
    {
        if (Lifted)
        {
            return null;
        }

        var wait = window.Admit($"{api}/s", options.CallsPerSecond, TimeSpan.FromSeconds(1)) is { } second ? (second, options.CallsPerSecond)
            : window.Admit($"{api}/min", options.CallsPerMinute, TimeSpan.FromMinutes(1)) is { } minute ? (minute, options.CallsPerMinute)
            : ((TimeSpan Reset, int Limit)?)null;
        if (wait is not { } full)
        {
            return null;
        }

        http.Response.Headers["x-ogw-ratelimit-limit"] = full.Limit.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["x-ogw-ratelimit-reset"] = Math.Max(1, (int)Math.Ceiling(full.Reset.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Answer.Error(99991400, "request trigger frequency limit", StatusCodes.Status429TooManyRequests);
    }
}
