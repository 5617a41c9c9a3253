using System.Diagnostics;
using LarkService.Platform;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LarkService.Monitoring.Tracing;

/// <summary>Sends traces to a collector while the service runs, when one is configured. What cannot be sent is dropped; nothing waits for it.</summary>
internal sealed class TraceExport(IOptions<OtlpOptions> options) : IHostedService, IDisposable
{
    private TracerProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.TracesUrl is { } url)
        {
            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(r => r.AddService("LarkService", serviceVersion: typeof(TraceExport).Assembly.GetName().Version?.ToString(3)))
                .AddSource(Traces.SourceName, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Quartz")
                .SetSampler(new ParentBasedSampler(new NoLonelyCalls()))
                .AddOtlpExporter(o =>
                {
                    o.Endpoint = url;
                    o.Protocol = OtlpExportProtocol.HttpProtobuf;
                })
                .Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _provider?.Dispose(); // sends what is left, 5 s at most

    /// <summary>Loops look into the database many times a minute; a call that belongs to no piece of work tells nothing.</summary>
    private sealed class NoLonelyCalls : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }
}
