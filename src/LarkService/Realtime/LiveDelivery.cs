namespace LarkService.Realtime;

/// <summary>Tells clients what happened. Waits for none of them, so a slow one holds up nobody.</summary>
internal sealed partial class LiveDelivery(LiveArrivals arrivals, LiveConnections connections, ILogger<LiveDelivery> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var happened in arrivals.Reader.ReadAllAsync(stoppingToken))
            {
                Deliver(happened);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; clients are closed by then.
        }
    }

    private void Deliver(LiveEvent happened)
    {
        object?[] arguments = [happened.Data];
        foreach (var connection in connections.All.Where(c => c.IsIn(happened.Group)))
        {
            try
            {
                if (!connection.Send(happened.Name, arguments))
                {
                    Log.TooSlow(logger, connection.CallerId, LiveConnection.MostWaiting);
                }
            }
            catch (Exception e)
            {
                Log.Failed(logger, happened.Name, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A realtime client of {Caller} was cut off: it left more than {Most} events unread")]
        public static partial void TooSlow(ILogger logger, string caller, int most);

        [LoggerMessage(2, LogLevel.Warning, "A realtime client could not be told of {Event}")]
        public static partial void Failed(ILogger logger, string @event, Exception e);
    }
}
