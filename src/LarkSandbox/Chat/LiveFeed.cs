using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using LarkSandbox.Hosting;

namespace LarkSandbox.Chat;

/// <summary>What the open pages are told as it happens. A slow page loses the oldest news, never slows the simulator.</summary>
internal sealed class LiveFeed
{
    private const int Backlog = 1000;

    private readonly ConcurrentDictionary<Channel<LiveNews>, string> _subscribers = new();

    public bool HasSubscribers => !_subscribers.IsEmpty;

    public Channel<LiveNews> Subscribe(string openId)
    {
        var channel = Channel.CreateBounded<LiveNews>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _subscribers.TryAdd(channel, openId);
        return channel;
    }

    public void Unsubscribe(Channel<LiveNews> channel)
    {
        _subscribers.TryRemove(channel, out _);
        channel.Writer.TryComplete();
    }

    /// <summary>Tells everybody, or one person's pages.</summary>
    public void Publish(string name, object news, string? onlyTo = null)
    {
        if (_subscribers.IsEmpty)
        {
            return;
        }

        var told = new LiveNews(name, JsonSerializer.Serialize(news, Json.Options));
        foreach (var (channel, openId) in _subscribers)
        {
            if (onlyTo is null || onlyTo == openId)
            {
                channel.Writer.TryWrite(told);
            }
        }
    }
}
