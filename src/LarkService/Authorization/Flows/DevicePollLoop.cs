namespace LarkService.Authorization.Flows;

/// <summary>
/// Looks after pending sessions whose time has come: device codes to poll, and authorization codes whose process died. The times are in
/// the database, so another process goes on where this one stops. A slow call holds up nobody else, and sessions on which
/// somebody has clicked do not wait for the others.
/// </summary>
internal sealed partial class DevicePollLoop(SessionTurns turns, DevicePoll poll, RedirectConsent redirects, TimeProvider clock, ILogger<DevicePollLoop> logger)
    : BackgroundService
{
    /// <summary>A call takes some tenths of a second, and 50 may be made in one.</summary>
    private const int OpenedAtOnce = 64;

    /// <summary>One comes up in a second.</summary>
    private const int OthersAtOnce = 4;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        HashSet<Task> opened = [], others = [];
        using var timer = new PeriodicTimer(Look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await StartAsync(opened, OpenedAtOnce, isOpened: true, stoppingToken);
                await StartAsync(others, OthersAtOnce, isOpened: false, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        await Task.WhenAll([.. opened, .. others]);
    }

    private async Task StartAsync(HashSet<Task> running, int atOnce, bool isOpened, CancellationToken ct)
    {
        running.RemoveWhere(task => task.IsCompleted);
        if (running.Count >= atOnce)
        {
            return;
        }

        try
        {
            foreach (var session in await turns.DueAsync(isOpened, atOnce - running.Count, ct))
            {
                running.Add(Task.Run(() => LookAfterAsync(session, ct), CancellationToken.None));
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.Trouble(logger, e);
        }
    }

    private async Task LookAfterAsync(AuthorizationSession session, CancellationToken ct)
    {
        try
        {
            await (session.Flow == SessionFlow.Device ? poll.RunAsync(session, ct) : redirects.ResumeAsync(session, ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Log.NotLookedAfter(logger, session.SessionId, e); // again at the end of the turn, until the session expires
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Device codes are not polled at the moment")]
        public static partial void Trouble(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Error, "Session {SessionId} cannot be looked after")]
        public static partial void NotLookedAfter(ILogger logger, string sessionId, Exception e);
    }
}
