using System.Diagnostics.Metrics;

namespace LarkService.Realtime;

/// <summary>Counts clients, all together: a caller is no label.</summary>
internal sealed class RealtimeMetrics
{
    public const string MeterName = "LarkService.Realtime";
    private int _open;

    public RealtimeMetrics(IMeterFactory meters) => meters.Create(MeterName).CreateObservableGauge(
        "lark_service.realtime.connections", () => Volatile.Read(ref _open), description: "Clients connected to the realtime hub of this replica.");

    public void Open(int connections) => Volatile.Write(ref _open, connections);
}
