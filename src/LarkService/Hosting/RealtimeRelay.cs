using System.Text;
using System.Text.Json;
using LarkService.Data;
using LarkService.Data.News;
using LarkService.Realtime;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Hosting;

/// <summary>Takes realtime events to every replica: over PostgreSQL's <c>NOTIFY</c>, this replica included. On SQLite there is no other.</summary>
internal sealed partial class RealtimeRelay(Database database, LiveArrivals arrivals, ILogger<RealtimeRelay> logger) : ILiveFeed, INewsSubscriber
{
    /// <summary>To every client of a replica that could not hear the others: <c>{kind, detail}</c>.</summary>
    public const string Notification = "system:notification";

    /// <summary>PostgreSQL takes less than 8000.</summary>
    private const int MostBytes = 7900;

    private static readonly JsonElement Missed = JsonSerializer.SerializeToElement(new
    {
        kind = "events_missed",
        detail = "Events may have been lost for a moment. Ask the REST API for what you wait for.",
    });

    public string Channel => "lark_realtime";

    public async Task PublishAsync(LiveEvent happened, CancellationToken ct)
    {
        if (database.IsSingleProcess)
        {
            arrivals.Add(happened);
            return;
        }

        var text = JsonSerializer.Serialize(happened, JsonSerializerOptions.Web);
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
        {
            throw new ArgumentException($"The event {happened.Name} is larger than {MostBytes} bytes.", nameof(happened));
        }

        await database.RunAsync(db => db.Database.ExecuteSqlAsync($"SELECT pg_notify({Channel}, {text})", ct));
    }

    public void Heard(string payload)
    {
        try
        {
            if (JsonSerializer.Deserialize<LiveEvent>(payload, JsonSerializerOptions.Web) is { Name: not null, Group: not null } happened)
            {
                arrivals.Add(happened);
            }
        }
        catch (JsonException e)
        {
            Log.Unreadable(logger, e); // of a later version, while replicas are replaced
        }
    }

    public void MissedSome()
    {
        // Told when they can be heard again: until then the REST API may not answer either.
    }

    public void Listening() => arrivals.Add(new LiveEvent(Notification, LiveGroups.Everybody, Missed));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A realtime event of another replica could not be read")]
        public static partial void Unreadable(ILogger logger, Exception e);
    }
}
