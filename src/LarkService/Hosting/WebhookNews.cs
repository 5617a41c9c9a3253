using System.Globalization;
using System.Text.Json;
using LarkService.Authorization;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.OnBehalfOf.Operations;
using LarkService.Webhooks;

namespace LarkService.Hosting;

/// <summary>Joins Authorization, Grants and OnBehalfOf, which tell what happens, with Webhooks, which does not know them.</summary>
internal static class WebhookNews
{
    public static IServiceCollection AddWebhookNews(this IServiceCollection services) => services
        .AddOutboxSubscriber<SessionEnded>(SessionTopics.Finished, Nobody(WebhookEvents.Authorized, WebhookEvents.Declined, WebhookEvents.Expired, WebhookEvents.Failed))
        .AddOutboxSubscriber<RefreshChanged>(GrantTopics.RefreshChanged, Nobody(WebhookEvents.RefreshFailed, WebhookEvents.Recovered, WebhookEvents.Expiring))
        .AddOutboxSubscriber<Revoked>(GrantTopics.Revoked, Nobody(WebhookEvents.Revoked))
        .AddOutboxSubscriber<EndsSoon>(GrantTopics.EndsSoon, Nobody(WebhookEvents.Expiring))
        .AddOutboxSubscriber<OperationEnded>(OperationTopics.Completed, Nobody(WebhookEvents.OperationCompleted));

    private static Func<IServiceProvider, bool> Nobody(params string[] wantsThese) => provider => provider.GetRequiredService<WebhookTargets>().NobodyWants(wantsThese);

    private static T Read<T>(JsonElement payload) => payload.Deserialize<T>(JsonSerializerOptions.Web)!;

    private static string At(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    /// <summary>A session that was superseded is not told: the end of the one that took its place is.</summary>
    internal sealed class SessionEnded(AuthorizationSessions sessions, WebhookQueue queue) : IOutboxSubscriber
    {
        public async Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            if (await sessions.FindAsync(Read<SessionChanged>(payload).SessionId, ct) is not { } session || TypeOf(session.State) is not { } type)
            {
                return;
            }

            await queue.AddAsync(new WebhookNotice(type, session.AppId, session.OpenId, session.SessionId, session.CompletedAt ?? session.ExpiresAt)
            {
                SessionId = session.SessionId,
                Data = new { State = session.State.Word(), Flow = session.Flow.Word(), Scopes = session.Scopes.ToArray(), session.ErrorCode },
            }, ct);
        }

        private static string? TypeOf(SessionState state) => state switch
        {
            SessionState.Authorized => WebhookEvents.Authorized,
            SessionState.Declined => WebhookEvents.Declined,
            SessionState.Expired => WebhookEvents.Expired,
            SessionState.Failed => WebhookEvents.Failed,
            _ => null,
        };
    }

    /// <summary>Refreshes began to fail, work again, or have brought the last tokens.</summary>
    internal sealed class RefreshChanged(WebhookQueue queue) : IOutboxSubscriber
    {
        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var changed = Read<GrantRefreshChanged>(payload);
            var type = changed.To switch
            {
                RefreshResult.Refreshed => WebhookEvents.Recovered,
                RefreshResult.NotRenewable => WebhookEvents.Expiring,
                _ => WebhookEvents.RefreshFailed,
            };
            return queue.AddAsync(new WebhookNotice(type, changed.AppId, changed.OpenId, At(changed.At), changed.At) { Data = DataOf(type, changed) }, ct);
        }

        private static object DataOf(string type, GrantRefreshChanged changed) => type switch
        {
            WebhookEvents.Recovered => new { After = changed.From, AccessTokenExpiresAt = changed.AccessEndsAt },
            WebhookEvents.Expiring => new { Reason = changed.To, EndsAt = changed.AccessEndsAt },
            _ => new { Reason = changed.To, changed.Code, AccessTokenExpiresAt = changed.AccessEndsAt },
        };
    }

    /// <summary>A grant was taken back.</summary>
    internal sealed class Revoked(WebhookQueue queue, TimeProvider clock) : IOutboxSubscriber
    {
        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var revoked = Read<GrantRevoked>(payload);
            var at = revoked.At ?? clock.GetUtcNow();
            return queue.AddAsync(new WebhookNotice(WebhookEvents.Revoked, revoked.AppId, revoked.OpenId, At(at), at) { Data = new { revoked.By, revoked.Reason } }, ct);
        }
    }

    /// <summary>Day 365 comes near.</summary>
    internal sealed class EndsSoon(WebhookQueue queue, TimeProvider clock) : IOutboxSubscriber
    {
        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var soon = Read<GrantEndsSoon>(payload);
            return queue.AddAsync(new WebhookNotice(WebhookEvents.Expiring, soon.AppId, soon.OpenId, At(soon.EndsAt), clock.GetUtcNow())
            {
                Data = new { Reason = "day_365", soon.EndsAt, soon.GrantedAt },
            }, ct);
        }
    }

    /// <summary>A call that waited for its user has ended. What it came to is asked for with its id.</summary>
    internal sealed class OperationEnded(WebhookQueue queue) : IOutboxSubscriber
    {
        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var ended = Read<OperationCompleted>(payload);
            return queue.AddAsync(new WebhookNotice(WebhookEvents.OperationCompleted, ended.AppId, ended.OpenId, ended.Id, ended.At)
            {
                SessionId = ended.SessionId,
                Data = new { OperationId = ended.Id, ended.State },
            }, ct);
        }
    }
}
