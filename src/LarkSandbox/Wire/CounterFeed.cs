using LarkSandbox.Chat;

namespace LarkSandbox.Wire;

/// <summary>Tells the pages the counters when they changed, at most four times a second.</summary>
internal sealed class CounterFeed(WireCounters counters, LiveFeed feed, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = -1L;
        while (!stoppingToken.IsCancellationRequested)
        {
            var changes = counters.Changes;
            if (changes != told && feed.HasSubscribers)
            {
                told = changes;
                feed.Publish("counters", counters.Snapshot());
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }
}
