using System.Text.Json;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using LarkSandbox.Wire;

namespace LarkSandbox.Chat;

/// <summary><c>GET /sandbox/api/stream</c>: server-sent events, first what there is, then what happens.</summary>
internal sealed class StreamApi(LiveFeed feed, WireLog wire, Connections connections, FaultStates faults, MessageStore messages, BackgroundTasks tasks, TimeProvider clock)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task HandleAsync(HttpContext http, string? openId)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, tasks.Stopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        var channel = feed.Subscribe(openId ?? "");
        try
        {
            await BeginAsync(http.Response, openId, ending.Token);
            await FollowAsync(http.Response, channel.Reader, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The page was closed or the host is stopping.
        }
        finally
        {
            feed.Unsubscribe(channel);
        }
    }

    private async Task BeginAsync(HttpResponse response, string? openId, CancellationToken ct)
    {
        await WriteAsync(response, "wire-backlog", wire.Last(200), ct);
        await WriteAsync(response, "counters", wire.Counters.Snapshot(), ct);
        await WriteAsync(response, "connections", connections.State(), ct);
        await WriteAsync(response, "faults", faults.Now(), ct);
        await WriteAsync(response, "messages", openId is null ? [] : messages.VisibleTo(openId), ct);
        await response.Body.FlushAsync(ct);
    }

    private async Task FollowAsync(HttpResponse response, System.Threading.Channels.ChannelReader<LiveNews> news, CancellationToken ct)
    {
        var more = news.WaitToReadAsync(ct).AsTask();
        while (true)
        {
            try
            {
                if (!await more.WaitAsync(Heartbeat, clock, ct))
                {
                    return;
                }

                while (news.TryRead(out var told))
                {
                    await response.WriteAsync($"event: {told.Name}\ndata: {told.Data}\n\n", ct);
                }

                more = news.WaitToReadAsync(ct).AsTask();
            }
            catch (TimeoutException)
            {
                await response.WriteAsync(": still here\n\n", ct);
            }

            await response.Body.FlushAsync(ct);
        }
    }

    private static Task WriteAsync(HttpResponse response, string name, object data, CancellationToken ct) =>
        response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, Json.Options)}\n\n", ct);
}
