using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>
/// Replaces a connection that has become old: the platform's router may have forgotten it while it still answers heartbeats.
/// The successor opens first, then the old one finishes what it has in hand and goes, so there is no gap, also where an app
/// has one connection only. Where the platform allows none beside it, the old one goes first, at a quiet moment.
/// </summary>
internal sealed partial class ConnectionReplacement(
    LarkApp app,
    ConnectionStatus status,
    ConnectionOpener opener,
    ReplacementTurns turns,
    ReconnectSchedule schedule,
    LongConnectionMetrics metrics,
    TimeProvider clock,
    ILogger logger)
{
    /// <param name="old">The session to be replaced.</param>
    /// <param name="ending">Ends with that session.</param>
    /// <param name="ct">It has ended by itself, or the service stops.</param>
    /// <returns>The phase that follows the old connection's; null when it ended before.</returns>
    public async Task<ConnectionPhase?> RunAsync(ConnectionSession old, Task ending, CancellationToken ct)
    {
        try
        {
            for (var wait = schedule.Age(); ; wait = ReconnectSchedule.ReplaceAgain)
            {
                await Task.Delay(wait, clock, ct);
                if (await TryCarefullyAsync(old, ending, ct) is { } next)
                {
                    return next;
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return null;
        }
    }

    // Whatever goes wrong, the old connection is still good and must not be left behind.
    private async Task<ConnectionPhase?> TryCarefullyAsync(ConnectionSession old, Task ending, CancellationToken ct)
    {
        try
        {
            return await TryAsync(old, ending, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.Fault(logger, status.Number, app.AppId, ReconnectSchedule.ReplaceAgain, e);
            return null;
        }
    }

    private async Task<ConnectionPhase?> TryAsync(ConnectionSession old, Task ending, CancellationToken ct)
    {
        var turn = await turns.TakeAsync(status, ct);
        var gone = Task.CompletedTask;
        try
        {
            switch (await opener.OpenAsync(app, ct))
            {
                case OpenOutcome.Opened opened:
                    metrics.Replaced(app.AppId);
                    old.Retire();
                    gone = ending;
                    return new ConnectionPhase.Connected(opened.Connection, 0);
                case OpenOutcome.Failed { Reason.StandsBy: true }:
                    old.Retire();
                    await ending;
                    var next = new ConnectionPhase.Connecting(0);
                    status.Publish(next); // before the turn goes on: whoever is next waits until this one is back
                    return next;
                case OpenOutcome.Failed failed:
                    Log.Later(logger, status.Number, app.AppId, failed.Reason, ReconnectSchedule.ReplaceAgain);
                    return null;
                case var other:
                    throw new InvalidOperationException($"Unknown outcome {other}.");
            }
        }
        finally
        {
            _ = PassOnAsync(turn, gone);
        }
    }

    private static async Task PassOnAsync(IDisposable turn, Task gone)
    {
        await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        turn.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(9, LogLevel.Error, "Connection {Connection} of {AppId} is old and replacing it met a fault of this service. It goes on; the next try is in {Again}")]
        public static partial void Fault(ILogger logger, int connection, string appId, TimeSpan again, Exception e);

        [LoggerMessage(6, LogLevel.Warning, "Connection {Connection} of {AppId} is old and no new one opens beside it ({Reason}). It goes on; the next try is in {Again}")]
        public static partial void Later(ILogger logger, int connection, string appId, Disconnect reason, TimeSpan again);
    }
}
