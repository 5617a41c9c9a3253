using System.Globalization;
using System.Text.Json;
using LarkService.Events.Inbox;

namespace LarkService.Hosting;

/// <summary><c>events list</c> and <c>events replay</c>: work on the database beside a running service, which notices by itself.</summary>
internal static class CommandsEvents
{
    private const int PageLength = 200;
    private const string Usage = "Usage: LarkService events list [--state dead|received] [--app <id>] [--json]\n       LarkService events replay <event id>|--all [--app <id>] [--json]";

    /// <returns>Null when the arguments are not understood.</returns>
    public static Wish? Read(string[] args)
    {
        Wish? wish = args switch
        {
            ["list", ..] => new(Replay: false),
            ["replay", ..] => new(Replay: true),
            _ => null,
        };
        for (var i = 1; wish is not null && i < args.Length; i++)
        {
            wish = (args[i], i + 1 < args.Length ? args[i + 1] : null) switch
            {
                ("--json", _) => wish with { Json = true },
                ("--all", _) when wish.Replay => wish with { All = true },
                ("--app", { } app) => wish with { AppId = Take(ref i, app) },
                ("--state", { } state) when !wish.Replay && EventEndpoints.StateOf(state) is { } known => wish with { State = Known(ref i, known) },
                ({ } id, _) when wish.Replay && wish.EventId is null && !id.StartsWith('-') => wish with { EventId = id },
                _ => null,
            };
        }

        return wish is { Replay: true } && wish.All == (wish.EventId is not null) ? null : wish;
    }

    public static Task<int> RunAsync(WebApplication app, Wish wish) => DatabaseCommand.RunAsync(app, () =>
    {
        var stored = app.Services.GetRequiredService<StoredEvents>();
        return wish switch
        {
            { Replay: false } => ListAsync(stored, wish),
            { EventId: { } id } => ReplayAsync(stored, id, wish.Json),
            _ => ReplayAllAsync(stored, wish),
        };
    });

    public static Task ComplainOfUsageAsync() => Complain(Usage);

    private static async Task<int> ListAsync(StoredEvents stored, Wish wish)
    {
        List<EventView> all = [];
        await foreach (var page in PagesAsync(stored, wish.State, wish.AppId))
        {
            all.AddRange(page);
        }

        if (wish.Json)
        {
            await Print(new { items = all });
            return ExitCodes.Ok;
        }

        foreach (var e in all)
        {
            var since = e.DeadAt is { } dead ? $"dead since {Time(dead)}" : e.DueAt is { } due ? $"due {Time(due)}" : e.State;
            await System.Console.Out.WriteLineAsync($"{e.EventId}  {e.EventType}  {e.AppId}  received {Time(e.ReceivedAt)}  {since}  tries {e.Attempts}  {e.LastError}");
        }

        await System.Console.Out.WriteLineAsync(all.Count == 0 ? $"No {(wish.State == InboxState.Dead ? "dead" : "waiting")} events." : $"{all.Count} events.");
        return ExitCodes.Ok;
    }

    private static async Task<int> ReplayAsync(StoredEvents stored, string id, bool json)
    {
        switch (await stored.ReplayAsync(id, CancellationToken.None))
        {
            case ReplayOutcome.Replayed { Event: var replayed }:
                await (json ? Print(replayed) : System.Console.Out.WriteLineAsync($"Event {id} is due again; a running service takes it within seconds."));
                return ExitCodes.Ok;
            case ReplayOutcome.NotDead { State: var state }:
                await Complain($"Event {id} is not dead: its state is '{state}'.");
                return ExitCodes.Failed;
            default:
                await Complain($"There is no event {id}.");
                return ExitCodes.Failed;
        }
    }

    private static async Task<int> ReplayAllAsync(StoredEvents stored, Wish wish)
    {
        var replayed = 0;
        await foreach (var page in PagesAsync(stored, InboxState.Dead, wish.AppId))
        {
            foreach (var e in page)
            {
                replayed += await stored.ReplayAsync(e.EventId, CancellationToken.None) is ReplayOutcome.Replayed ? 1 : 0; // somebody else may have been faster
            }

            await Complain($"{replayed} replayed …"); // progress, beside what programs read
        }

        await (wish.Json ? Print(new { replayed }) : System.Console.Out.WriteLineAsync($"{replayed} dead events are due again."));
        return ExitCodes.Ok;
    }

    // What is there now: an event that dies again meanwhile does not come round a second time, because its place is behind.
    private static async IAsyncEnumerable<List<EventView>> PagesAsync(StoredEvents stored, InboxState state, string? appId)
    {
        var after = EventCursor.Start;
        while (await stored.ListAsync(state, appId, after, PageLength, CancellationToken.None) is { Count: > 0 } page)
        {
            yield return page;
            after = new(page[^1].Position, page[^1].EventId);
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ssK", CultureInfo.InvariantCulture);

    private static string Take(ref int i, string value)
    {
        i++;
        return value;
    }

    private static InboxState Known(ref int i, InboxState state)
    {
        i++;
        return state;
    }

    private static Task Print<T>(T value) => System.Console.Out.WriteLineAsync(JsonSerializer.Serialize(value, JsonSerializerOptions.Web));

    private static Task Complain(string text) => System.Console.Error.WriteLineAsync(text);

    /// <summary>What was asked for.</summary>
    internal sealed record Wish(bool Replay)
    {
        public InboxState State { get; init; } = InboxState.Dead;

        public string? AppId { get; init; }

        public string? EventId { get; init; }

        public bool All { get; init; }

        public bool Json { get; init; }
    }
}
