namespace LarkService.Webhooks;

/// <summary>Sends what is due. Every target has places of its own, so that one that is slow or away holds up no other.</summary>
internal sealed partial class WebhookLoop(
    WebhookTargets targets, WebhookQueue queue, WebhookClient client, WebhookSignal signal, TimeProvider clock, ILogger<WebhookLoop> logger) : BackgroundService
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<Lane> lanes = [.. targets.All.Select(t => new Lane(t))];
        var takenOver = lanes.Count == 0;
        while (lanes.Count > 0 && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!takenOver)
                {
                    await queue.TakeOverAsync(stoppingToken);
                    takenOver = true;
                }

                foreach (var lane in lanes)
                {
                    await FillAsync(lane, stoppingToken);
                }

                await signal.WaitAsync(Look, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Log.DatabaseTrouble(logger, e);
                await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(lanes.SelectMany(l => l.InWork));
    }

    private async Task FillAsync(Lane lane, CancellationToken ct)
    {
        lane.InWork.RemoveAll(task => task.IsCompleted);
        if (AtOnce - lane.InWork.Count is > 0 and var room)
        {
            foreach (var delivery in await queue.ClaimAsync(lane.Target.Address, room, ct))
            {
                lane.InWork.Add(Task.Run(() => SendAsync(lane, delivery, ct), CancellationToken.None));
            }
        }
    }

    private async Task SendAsync(Lane lane, WebhookDelivery delivery, CancellationToken ct)
    {
        try
        {
            await SendAndNoteAsync(lane, delivery, ct);
        }
        catch (Exception e)
        {
            // The row stays claimed, and is due again at the end of its lease.
            Log.DatabaseTrouble(logger, e);
        }
        finally
        {
            signal.Wake();
        }
    }

    private async Task SendAndNoteAsync(Lane lane, WebhookDelivery delivery, CancellationToken ct)
    {
        string? failure;
        try
        {
            failure = await client.PostAsync(lane.Target, delivery, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await queue.GiveBackAsync(delivery);
            return;
        }

        if (failure is null)
        {
            await queue.DeliveredAsync(delivery);
        }
        else if (await queue.FailedAsync(delivery, failure))
        {
            Log.GivenUp(logger, delivery.Type, delivery.Id, lane.Target.Address, delivery.Attempts, failure);
        }

        if (lane.Turned(failure is null))
        {
            Log.Turned(logger, lane.Target.Address, failure ?? "it takes notices again");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Notices for webhooks wait: the database does not answer")]
        public static partial void DatabaseTrouble(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Warning, "Notice {Type} {DeliveryId} for {Url} is given up after {Attempts} tries ({Reason})")]
        public static partial void GivenUp(ILogger logger, string type, string deliveryId, string url, int attempts, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Webhook {Url}: {What}")]
        public static partial void Turned(ILogger logger, string url, string what);
    }

    /// <summary>One target's places.</summary>
    private sealed class Lane(WebhookTarget target)
    {
        private int _failing;

        public WebhookTarget Target => target;

        public List<Task> InWork { get; } = [];

        /// <returns>True when it went well until now and does not any more, or the other way round.</returns>
        public bool Turned(bool wentWell) => Interlocked.Exchange(ref _failing, wentWell ? 0 : 1) != (wentWell ? 0 : 1);
    }
}
