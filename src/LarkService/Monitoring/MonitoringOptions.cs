using System.ComponentModel.DataAnnotations;
using System.Net;
using LarkService.Platform.Configuration;

namespace LarkService.Monitoring;

/// <summary>How the service is watched (<c>Monitoring</c>).</summary>
internal sealed record MonitoringOptions : ICheckedOptions
{
    public static string Section => "Monitoring";

    /// <summary>
    /// Serves <c>/metrics</c> on this port instead of the main one, on the same host as <c>ASPNETCORE_URLS</c>. Default: none, the
    /// main port serves it.
    /// </summary>
    public int? MetricsPort { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        const string key = $"{nameof(Monitoring)}__{nameof(MetricsPort)}";
        if (MetricsPort is not { } port)
        {
            yield break;
        }

        if (Mend.Range(key, port, 1, IPEndPoint.MaxPort) is { } wrong)
        {
            yield return wrong;
        }
        else if (validationContext.Items[typeof(IConfiguration)] is IConfiguration configuration
            && MetricsPortSetup.MainAddresses(configuration).Any(main => main.Port == port))
        {
            yield return Mend.Key(key, $"is {port}, where the service itself listens (ASPNETCORE_URLS): choose another port, or leave it out to have both on one");
        }
    }
}
