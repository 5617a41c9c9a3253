using System.Text.Json;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Faults;

/// <summary>Tells the pages what is broken when that changed, be it by a button, by a call or because its time was over.</summary>
internal sealed class FaultFeed(FaultStates states, LiveFeed feed, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = "";
        while (!stoppingToken.IsCancellationRequested)
        {
            if (feed.HasSubscribers)
            {
                var now = states.Now();
                var text = JsonSerializer.Serialize(now, Json.Options);
                if (text != told)
                {
                    told = text;
                    feed.Publish("faults", now);
                }
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }
}
