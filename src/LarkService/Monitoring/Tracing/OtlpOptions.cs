using System.ComponentModel.DataAnnotations;
using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.Monitoring.Tracing;

/// <summary>Where traces go (<c>Otlp</c>).</summary>
internal sealed record OtlpOptions : ICheckedOptions
{
    public static string Section => Traces.Section;

    /// <summary>A collector that takes OTLP over HTTP (protobuf), for example <c>http://127.0.0.1:4318</c>. Default: none, nothing is traced.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The OTLP specification puts traces under <c>/v1/traces</c> of the endpoint; an address with a path is taken as it is.</summary>
    public Uri? TracesUrl => Endpoint is null ? null
        : new Uri(Endpoint) is { AbsolutePath: "/" } host ? new Uri(host, "v1/traces")
        : new Uri(Endpoint);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && Mend.Url("Otlp__Endpoint", Endpoint) is { } fault)
        {
            yield return fault;
        }
    }
}
