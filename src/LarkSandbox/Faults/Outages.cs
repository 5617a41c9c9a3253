using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using LarkSandbox.Network;

namespace LarkSandbox.Faults;

/// <summary>Begins an outage, and ends it when its time is over or somebody says so. One at a time: a new one replaces the old.</summary>
internal sealed class Outages(Connections connections, Tickets tickets, Relay relay, BackgroundTasks tasks, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _ending;
    private Outage? _now;

    public Outage? Now => Volatile.Read(ref _now);

    public bool IsRestarting => Now is Outage.Restart;

    /// <summary>Cuts everything; returns how many connections that were.</summary>
    public int Restart(TimeSpan away)
    {
        Begin(new Outage.Restart(clock.GetUtcNow() + away), away);
        tickets.Forget();
        var cut = connections.DropAll("The server restarts.");
        foreach (var line in relay.Lines)
        {
            line.Cut();
        }

        return cut;
    }

    /// <summary>Says goodbye on every connection; returns how many that were.</summary>
    public int Maintain(TimeSpan span, bool http503)
    {
        Begin(new Outage.Maintenance(clock.GetUtcNow() + span, http503), span);
        return connections.CloseAll("Maintenance: the platform said goodbye.");
    }

    public void End()
    {
        lock (_gate)
        {
            Stop();
            _now = null;
            relay.IsAway = false;
        }
    }

    public void Dispose() => _ending?.Dispose();

    private void Begin(Outage outage, TimeSpan span)
    {
        lock (_gate)
        {
            Stop();
            _ending = new CancellationTokenSource();
            _now = outage;
            relay.IsAway = outage is Outage.Restart;
            var ending = _ending.Token;
            tasks.Run(ct => EndLaterAsync(outage, span, ending, ct));
        }
    }

    private void Stop()
    {
        _ending?.Cancel();
        _ending?.Dispose();
        _ending = null;
    }

    private async Task EndLaterAsync(Outage outage, TimeSpan span, CancellationToken ending, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, ct);
        await Task.Delay(span, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_now != outage)
            {
                return;
            }

            _now = null;
            relay.IsAway = false;
        }

        connections.Tell("–", outage is Outage.Restart ? "restarted" : "maintained", outage is Outage.Restart ? "The server is back, without the tickets it had issued." : "The maintenance is over.");
    }
}
