using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Events.Inbox;

/// <summary>Routes under <c>/api/v1/events</c>.</summary>
internal static partial class EventEndpoints
{
    public static RouteGroupBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/api/v1/events").WithTags("Events").RequirePermission(Permissions.EventsManage);
        events.MapGet("/", ListAsync);
        events.MapPost("/{id}/replay", ReplayAsync);
        return events;
    }

    private static async Task<Results<Ok<Page<EventView>>, ProblemHttpResult>> ListAsync(
        StoredEvents stored, LarkApps apps, CancellationToken ct, string state = "dead", string? appId = null, string? cursor = null, int limit = Paging.DefaultLimit)
    {
        if (appId is not null && apps.Find(appId) is null)
        {
            return Problems.UnknownApp(appId, apps);
        }

        if (StateOf(state) is not { } wanted)
        {
            return Problems.Validation("state is one of: dead, received. Of handled events only the id is kept.");
        }

        if (limit is < 1 or > Paging.MaxLimit)
        {
            return Problems.Validation($"limit is {limit}: it must be between 1 and {Paging.MaxLimit}.");
        }

        if ((cursor is null ? EventCursor.Start : EventCursor.Read(cursor)) is not { } after)
        {
            return Problems.Validation("cursor is not one this list has given out: take nextCursor of the page before, unchanged.");
        }

        return TypedResults.Ok(EventCursor.Page(await stored.ListAsync(wanted, appId, after, limit + 1, ct), limit));
    }

    private static async Task<Results<Accepted<EventView>, ProblemHttpResult>> ReplayAsync(
        string id, HttpContext http, StoredEvents stored, ILoggerFactory loggers, CancellationToken ct)
    {
        switch (await stored.ReplayAsync(id, ct))
        {
            case ReplayOutcome.Replayed { Event: var replayed }:
                Log.Replayed(loggers.CreateLogger(typeof(EventEndpoints)), replayed.EventType, replayed.EventId, http.User.Identity?.Name);
                return TypedResults.Accepted((string?)null, replayed);
            case ReplayOutcome.NotDead { State: var state }:
                return Problems.Of("event-not-dead", StatusCodes.Status409Conflict, "The event is not dead", $"Its state is '{state}': only a dead event can be replayed.", ("state", state));
            default:
                return Problems.NotFound("There is no such event. Handled ones are remembered for 48 hours, dead ones for 30 days.");
        }
    }

    /// <summary>States that can be listed.</summary>
    internal static InboxState? StateOf(string word) => word switch { "dead" => InboxState.Dead, "received" => InboxState.Received, _ => null };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dead event {EventType} {EventId} is replayed, as {Caller} wished")]
        public static partial void Replayed(ILogger logger, string eventType, string eventId, string? caller);
    }
}
