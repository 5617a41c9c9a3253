using System.Threading.Channels;

namespace LarkService.Realtime;

/// <summary>
/// What has happened here or on another replica and is yet to be told to clients. Taking it in costs its bringer nothing. Bounded: what is
/// oldest goes first.
/// </summary>
internal sealed partial class LiveArrivals
{
    public const int Most = 10_000;
    private readonly Channel<LiveEvent> _events;
    private readonly ILogger<LiveArrivals> _logger;
    private long _dropped;

    public LiveArrivals(ILogger<LiveArrivals> logger)
    {
        _logger = logger;
        _events = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Dropped());
    }

    public ChannelReader<LiveEvent> Reader => _events.Reader;

    public void Add(LiveEvent happened) => _events.Writer.TryWrite(happened);

    private void Dropped()
    {
        if (_dropped++ % Most == 0)
        {
            Log.TooMany(_logger, Most);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "More happens than can be told to realtime clients: of {Most} events that wait the oldest are left out")]
        public static partial void TooMany(ILogger logger, int most);
    }
}
