using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Webhooks;

/// <summary>Routes under <c>/api/v1/webhooks</c>.</summary>
internal static partial class WebhookEndpoints
{
    public static RouteGroupBuilder MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var deliveries = routes.MapGroup("/api/v1/webhooks/deliveries").WithTags("Webhooks").RequirePermission(Permissions.EventsManage);
        deliveries.MapGet("/", ListAsync);
        deliveries.MapPost("/{id}/replay", ReplayAsync);
        return deliveries;
    }

    private static async Task<Results<Ok<Page<DeliveryView>>, ProblemHttpResult>> ListAsync(
        StoredDeliveries stored, CancellationToken ct, string state = DeliveryState.Dead, string? cursor = null, int limit = Paging.DefaultLimit)
    {
        if (!DeliveryState.All.Contains(state))
        {
            return Problems.Validation($"state is one of: {string.Join(", ", DeliveryState.All)}.");
        }

        if (!Paging.TryRead(StoredDeliveries.Name, cursor, limit, out var before, out var fault))
        {
            return Problems.Validation(fault);
        }

        return TypedResults.Ok(Paging.Page(await stored.ListAsync(state, before, limit + 1, ct), limit, DeliveryView.Of, StoredDeliveries.Cursor));
    }

    private static async Task<Results<Accepted<DeliveryView>, ProblemHttpResult>> ReplayAsync(
        string id, HttpContext http, StoredDeliveries stored, ILoggerFactory loggers, CancellationToken ct)
    {
        if (await stored.ReplayAsync(id, ct) is not (var delivery, var replayed))
        {
            return Problems.NotFound("There is no such delivery. Those that arrived are remembered for 2 days, dead ones for 30.");
        }

        if (!replayed)
        {
            return Problems.Of("delivery-not-dead", StatusCodes.Status409Conflict, "The delivery is not dead", delivery.State == DeliveryState.Dead
                ? "Its address is not configured any more: no webhook would take it."
                : $"Its state is '{delivery.State}': only a dead delivery can be replayed.", ("state", delivery.State));
        }

        Log.Replayed(loggers.CreateLogger(typeof(WebhookEndpoints)), delivery.Type, delivery.Id, http.User.CallerId());
        return TypedResults.Accepted((string?)null, DeliveryView.Of(delivery));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dead notice {Type} {DeliveryId} is replayed, as {Caller} wished")]
        public static partial void Replayed(ILogger logger, string type, string deliveryId, string caller);
    }
}
