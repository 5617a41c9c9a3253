using Microsoft.Extensions.Options;
using Npgsql;

namespace LarkService.Data.News;

/// <summary>
/// Listens on one connection of its own for what the replicas tell each other (<c>LISTEN</c>). News may be lost with that
/// connection, so nobody may depend on them alone; when it is back, subscribers are told that they may have missed some.
/// On SQLite there is nobody to hear.
/// </summary>
internal sealed partial class NewsListener(
    Database database, IOptions<ConnectionStringOptions> connection, IEnumerable<INewsSubscriber> subscribers, TimeProvider clock, ILogger<NewsListener> logger) : BackgroundService
{
    /// <summary>How the connection is called in <c>pg_stat_activity</c>.</summary>
    public const string ApplicationName = "LarkService news";

    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>So long nothing is heard, then the connection is tried: a dead one must not look silent.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);
    private const int SecondsForAnAnswer = 5;
    private readonly ILookup<string, INewsSubscriber> _byChannel = subscribers.ToLookup(s => s.Channel, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database.IsSingleProcess || _byChannel.Count == 0)
        {
            return;
        }

        var pause = LeastPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var listening = await BeginAsync(stoppingToken);
                pause = LeastPause;
                MissedSome();
                Tell(s => s.Listening());
                Log.Listening(logger);
                await ListenAsync(listening, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.Lost(logger, pause, e);
                MissedSome();
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task<NpgsqlConnection> BeginAsync(CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection.Value.Default)
        {
            Pooling = false,
            ApplicationName = ApplicationName,
            Timeout = SecondsForAnAnswer,
            CommandTimeout = SecondsForAnAnswer,
        };
        var listening = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await listening.OpenAsync(ct);
            listening.Notification += (_, news) => Tell(news.Channel, news.Payload);
            await using var listen = new NpgsqlCommand(string.Join(';', _byChannel.Select(c => $"LISTEN {c.Key}")), listening);
            await listen.ExecuteNonQueryAsync(ct);
            return listening;
        }
        catch
        {
            await listening.DisposeAsync();
            throw;
        }
    }

    private static async Task ListenAsync(NpgsqlConnection listening, CancellationToken ct)
    {
        while (true)
        {
            if (!await listening.WaitAsync(Silence, ct))
            {
                await using var stillThere = new NpgsqlCommand("SELECT 1", listening);
                await stillThere.ExecuteNonQueryAsync(ct);
            }
        }
    }

    private void Tell(string channel, string payload)
    {
        foreach (var subscriber in _byChannel[channel])
        {
            subscriber.Heard(payload);
        }
    }

    private void MissedSome() => Tell(s => s.MissedSome());

    private void Tell(Action<INewsSubscriber> what)
    {
        foreach (var subscriber in _byChannel.SelectMany(s => s))
        {
            what(subscriber);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Listening for what other replicas change")]
        public static partial void Listening(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "Other replicas cannot be heard for now: what they change is noticed by looking, within a second; trying again in {Pause}")]
        public static partial void Lost(ILogger logger, TimeSpan pause, Exception e);
    }
}
