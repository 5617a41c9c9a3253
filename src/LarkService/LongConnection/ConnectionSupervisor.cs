using System.Diagnostics;
using LarkService.Platform;
using Microsoft.Extensions.Options;
using static LarkService.LongConnection.ConnectionPhase;

namespace LarkService.LongConnection;

/// <summary>Keeps one connection of one app open for as long as the service lives: each phase has its step, each step returns the next phase.</summary>
internal sealed partial class ConnectionSupervisor(
    LarkApp app,
    ConnectionStatus status,
    ConnectionOpener opener,
    IPayloadSink sink,
    ReconnectSchedule schedule,
    IOptions<LongConnectionOptions> options,
    LongConnectionMetrics metrics,
    RareLog rare,
    TimeProvider clock,
    ILogger<ConnectionSupervisor> logger) : IDisposable
{
    /// <summary>Payloads of one connection that are worked on at a time.</summary>
    public const int MostInFlight = 64;

    /// <summary>Connections of an app start so far apart, so that they do not reach the end of their lives together.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);
    private readonly InFlight _inFlight = new(MostInFlight, clock);
    private int _attempts;

    /// <summary>Ends when the service stops and the connection is closed.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.Delay(Apart * (status.Number - 1), clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (status.Phase is not Stopped)
        {
            var next = await StepAsync(status.Phase, stopping);
            Announce(status.Phase, next);
            status.Publish(next);
        }

        // Work of an earlier socket can still be in hand; its answer has nowhere to go, what it stores has.
        await _inFlight.DrainAsync(ConnectionSession.DrainLimit);
    }

    public void Dispose() => _inFlight.Dispose();

    private async Task<ConnectionPhase> StepAsync(ConnectionPhase phase, CancellationToken ct)
    {
        try
        {
            return await NextAsync(phase, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return new Stopped();
        }
        catch (Exception e)
        {
            Log.Unexpected(logger, app.AppId, status.Number, e);
            return AfterFailure(phase.FailuresInARow + 1, new(DisconnectKind.Unexpected, $"A fault of this service ({e.GetType().Name}); the log has it"));
        }
    }

    private Task<ConnectionPhase> NextAsync(ConnectionPhase phase, CancellationToken ct) => phase switch
    {
        Connecting connecting => ConnectAsync(connecting.Failures, ct),
        Connected connected => PumpAsync(connected, ct),
        BackingOff backingOff => WaitAsync(backingOff, ct),
        Degraded degraded => KnockAsync(degraded, ct),
        _ => throw new UnreachableException(),
    };

    private async Task<ConnectionPhase> ConnectAsync(int failures, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var outcome = await opener.OpenAsync(app, ct);
        var failed = outcome as OpenOutcome.Failed;
        if (_attempts++ > 0)
        {
            metrics.Reconnected(app.AppId, failed?.Reason.Kind);
        }

        return failed is null ? new Connected(((OpenOutcome.Opened)outcome).Connection, failures) : AfterFailure(failures + 1, failed.Reason);
    }

    private async Task<ConnectionPhase> PumpAsync(Connected connected, CancellationToken ct)
    {
        await using var socket = connected.Connection.Socket;
        using var session = new ConnectionSession(connected.Connection, status, _inFlight, sink, options.Value, metrics, rare, clock, logger);
        var opened = clock.GetTimestamp();
        var reason = await session.RunAsync(ct);
        metrics.Lost(app.AppId, reason.Kind);
        if (reason.Kind == DisconnectKind.Stopping)
        {
            return new Stopped();
        }

        return clock.GetElapsedTime(opened) >= ReconnectSchedule.Healthy
            ? new BackingOff(0, reason, schedule.DelayFor(0))
            : AfterFailure(connected.Failures + 1, reason);
    }

    private async Task<ConnectionPhase> WaitAsync(BackingOff from, CancellationToken ct)
    {
        await Task.Delay(from.Delay, clock, ct);
        return new Connecting(from.Failures);
    }

    private async Task<ConnectionPhase> KnockAsync(Degraded from, CancellationToken ct)
    {
        await Task.Delay(ReconnectSchedule.Knock, clock, ct);
        return await ConnectAsync(from.Failures, ct) switch
        {
            BackingOff still => new Degraded(still.Failures, still.Reason),
            var other => other,
        };
    }

    private ConnectionPhase AfterFailure(int failures, Disconnect reason) => reason.IsFatal || failures >= options.Value.MaxFailuresBeforeDegraded
        ? new Degraded(failures, reason)
        : new BackingOff(failures, reason, schedule.DelayFor(failures));

    private void Announce(ConnectionPhase from, ConnectionPhase to)
    {
        switch (to)
        {
            case Connected connected:
                Log.Connected(logger, status.Number, app.AppId, connected.Connection.Address.ConnectionId);
                break;
            case BackingOff backingOff:
                Log.BackingOff(logger, status.Number, app.AppId, backingOff.Reason, backingOff.Failures, backingOff.Delay);
                break;
            case Degraded degraded when degraded.Reason != from.Why:
                Log.Degraded(logger, status.Number, app.AppId, degraded.Reason, degraded.Failures, ReconnectSchedule.Knock);
                break;
            case Stopped:
                Log.Stopped(logger, status.Number, app.AppId);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connection {Connection} of {AppId} is open ({ConnectionId})")]
        public static partial void Connected(ILogger logger, int connection, string appId, string connectionId);

        [LoggerMessage(2, LogLevel.Warning, "Connection {Connection} of {AppId}: {Reason}. Failures in a row: {Failures}; next attempt in {Delay}")]
        public static partial void BackingOff(ILogger logger, int connection, string appId, Disconnect reason, int failures, TimeSpan delay);

        [LoggerMessage(3, LogLevel.Error, "Connection {Connection} of {AppId} is degraded: {Reason}. Failures in a row: {Failures}; trying every {Knock}")]
        public static partial void Degraded(ILogger logger, int connection, string appId, Disconnect reason, int failures, TimeSpan knock);

        [LoggerMessage(4, LogLevel.Information, "Connection {Connection} of {AppId} has stopped")]
        public static partial void Stopped(ILogger logger, int connection, string appId);

        [LoggerMessage(5, LogLevel.Error, "Connection {Connection} of {AppId} met a fault of this service")]
        public static partial void Unexpected(ILogger logger, string appId, int connection, Exception e);
    }
}
