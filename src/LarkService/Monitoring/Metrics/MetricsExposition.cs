using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LarkService.Monitoring.Metrics;

/// <summary>
/// Aggregates what the meters of this service measure, from the moment it is made, and writes it down when somebody asks. One
/// collection at a time, each within bounded time: nothing that is collected asks a database or a network.
/// </summary>
internal sealed class MetricsExposition : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly MetricsPage _page = new();
    private readonly MeterProvider _provider;
    private readonly BaseExportingMetricReader _reader;
    private readonly TimeProvider _clock;

    /// <param name="meters">Whose meters count: another service in this process, or a test, has a factory of its own.</param>
    /// <param name="clock">For the bounds.</param>
    public MetricsExposition(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        _reader = new BaseExportingMetricReader(_page);
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter([.. MetricViews.Meters])
            .AddView(new MetricViews(meters).For)
            .AddReader(_reader)
            .Build();
    }

    /// <returns>The page; null when it could not be had in time, because others are being served.</returns>
    public async Task<ReadOnlyMemory<byte>?> CollectAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await _turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }

        try
        {
            return _reader.Collect((int)Limit.TotalMilliseconds) ? _page.Bytes : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _provider.Dispose();
        _turn.Dispose();
    }
}
