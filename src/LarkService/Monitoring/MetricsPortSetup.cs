using System.Globalization;
using System.Net;
using LarkService.Platform.Http;

namespace LarkService.Monitoring;

/// <summary>
/// <c>Monitoring__MetricsPort</c>: where it is set, that port serves <c>/metrics</c> and nothing else, and the main one everything
/// but <c>/metrics</c>. It listens on the hosts of the main address, so it is as reachable as the service and no further.
/// </summary>
internal static class MetricsPortSetup
{
    /// <summary>Adds the port to the addresses the server will listen on. A wrong one is left to the check of the options.</summary>
    public static void ListenOnMetricsPort(this WebApplication app)
    {
        if (Port(app.Configuration) is not { } port || MainAddresses(app.Configuration) is not { Count: > 0 } main || main.Any(m => m.Port == port))
        {
            return;
        }

        var written = Written(app.Configuration);
        foreach (var url in written.Concat(main.DistinctBy(m => m.Host).Select(m => $"{m.Scheme}://{m.Host}:{port}")))
        {
            app.Urls.Add(url);
        }
    }

    /// <summary>Keeps the two ports apart, by the socket a request came in on: its Host header is the caller's word.</summary>
    public static void UseMetricsPort(this WebApplication app)
    {
        if (Port(app.Configuration) is { } port)
        {
            app.Use((http, next) =>
            {
                if ((http.Connection.LocalPort == port) == (http.GetEndpoint()?.Metadata.GetMetadata<MetricsEndpoint.Marker>() is not null))
                {
                    return next(http);
                }

                return Problems.NotFound("There is no such route.").ExecuteAsync(http);
            });
        }
    }

    /// <summary>What <c>ASPNETCORE_URLS</c> holds; what does not read is told by another check.</summary>
    public static IReadOnlyList<(string Scheme, string Host, int Port)> MainAddresses(IConfiguration configuration) =>
        [.. Written(configuration).Select(Read).OfType<(string, string, int)>()];

    private static string[] Written(IConfiguration configuration) =>
        (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (string Scheme, string Host, int Port)? Read(string url)
    {
        // The server's own wildcards are no host names, and have to be handed on as they are.
        var wildcard = url.Contains("://+", StringComparison.Ordinal) ? "+" : url.Contains("://*", StringComparison.Ordinal) ? "*" : null;
        var readable = wildcard is null ? url : url.Replace("://" + wildcard, "://any", StringComparison.Ordinal);
        return Uri.TryCreate(readable, UriKind.Absolute, out var address) ? (address.Scheme, wildcard ?? address.Host, address.Port) : null;
    }

    private static int? Port(IConfiguration configuration) =>
        int.TryParse(configuration[$"{MonitoringOptions.Section}:{nameof(MonitoringOptions.MetricsPort)}"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var port)
        && port is >= 1 and <= IPEndPoint.MaxPort ? port : null;
}
