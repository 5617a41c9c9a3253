using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Accounts;
using LarkService.Accounts.Keys;
using LarkService.Accounts.SignIn;
using LarkService.Authorization;
using LarkService.Data.Outbox;
using LarkService.Events;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;

namespace LarkService.Hosting;

/// <summary>Joins features that do not know each other.</summary>
internal static class Bridges
{
    public static IServiceCollection AddBridges(this IServiceCollection services)
    {
        services.AddSingleton<IConsent, ConsentByCard>();
        services.AddSingleton<ICallerStanding, CallersAsTheyAre>();
        services.AddSingleton<ILateCardUpdates, LateCardUpdates>();
        services.AddOutboxSubscriber<ReleaseParkedCalls>(SessionTopics.Finished);
        services.AddOutboxSubscriber<EndParkedCalls>(GrantTopics.Revoked);
        return services;
    }

    private static ConsentState StateOf(AuthorizationSession? session) => session?.State switch
    {
        SessionState.Pending => ConsentState.Pending,
        SessionState.Authorized => ConsentState.Granted,
        SessionState.Declined => ConsentState.Declined,

        SessionState.Superseded => ConsentState.Superseded,
        SessionState.Failed => ConsentState.Failed,
        _ => ConsentState.Expired,
    };

    /// <summary>OnBehalfOf asks, Authorization sends the card.</summary>
    private sealed class ConsentByCard(CallConsents consents, AuthorizationSessions sessions, MessageClient messages) : IConsent
    {
        private static readonly Card AnswerTheCardAbove = new()
        {
            Elements =
            [
                new Markdown(new(
                    "I still need your consent: please answer the authorization card above. Your message is kept and will be answered then.",
                    "仍需你的授权：请先处理上方的授权卡片。你的消息已保留，授权后会自动回答。",
                    "まだ認可が必要です。上の認可カードに回答してください。メッセージは保存してあり、認可後に自動でお答えします。")),
            ],
        };

        public async Task<ConsentAnswer> AskAsync(UserKey user, ConsentGap gap, ScopeSet scopes, ConsentPlace place, CancellationToken ct)
        {
            var ask = new ConsentAsk(user, scopes, place.Explicit ? SessionOrigin.Chat : SessionOrigin.Call)
            {
                Reason = place.Reason,
                ReasonZh = place.ReasonZh,
                ReasonJa = place.ReasonJa,
                ChatId = place.ChatId,
                IsGroup = place.IsGroup,

                // The platform misses scopes that our copy of the grant holds: the platform is right. A grant that had run out or was
                // taken back is another matter: the user may have agreed since, and is not asked twice.
                EvenIfGranted = gap.Reason == ConsentReason.ScopesMissing && gap.MissingScopes.Count > 0,
            };
            switch (await consents.AskAsync(ask, ct))
            {
                case AskOutcome.TooOften often:
                    return new ConsentAnswer.Later(often.RetryAfter);
                case AskOutcome.Asked asked:
                    if ((!asked.CardSent || asked.InPlace) && place is { Explicit: true, ChatId: { } chat, IsGroup: false })
                    {
                        await PointAtCardAsync(user, chat, ct);
                    }

                    return new ConsentAnswer.Waiting(asked.Session.SessionId) { CardSent = asked.CardSent, ExpiresAt = asked.Session.ExpiresAt };
                case AskOutcome.TooManyScopes many:
                    throw new PlatformException(new PlatformError(0, $"{many.Count} scopes are more than the platform takes in one request.", null, StatusCodes.Status400BadRequest));
                default:
                    return new ConsentAnswer.AlreadyGranted();
            }
        }

        public async Task<ConsentState> StateAsync(string sessionId, CancellationToken ct) => StateOf(await sessions.FindAsync(sessionId, ct));

        // Somebody who writes and hears nothing would write again.
        private async Task PointAtCardAsync(UserKey user, string chatId, CancellationToken ct)
        {
            try
            {
                await messages.SendCardAsync(user.AppId, Receiver.Chat(chatId), AnswerTheCardAbove, RandomIds.Create(128), ct);
            }
            catch (Exception e) when (e is PlatformException or HttpRequestException)
            {
                // The card itself is there; this was only a courtesy.
            }
        }
    }

    /// <summary>OnBehalfOf runs calls that have waited, Accounts knows what became of those who made them.</summary>
    internal sealed class CallersAsTheyAre(ApiKeys keys, AccountStore accounts, TimeProvider clock) : ICallerStanding
    {
        private const string Lost = "No longer may this caller make calls: its permission calls.execute was taken away. Nothing was sent.";

        public async Task<string?> FaultAsync(string callerId, CancellationToken ct) => callerId.Split(':') switch
        {
            ["key", var id] when Guid.TryParse(id, out var key) => FaultOf(await keys.FindAsync(key, ct)),
            ["account", var id] when Guid.TryParse(id, out var account) => FaultOf(await accounts.FindAsync(account, ct)),
            _ => null, // the bootstrap key
        };

        private string? FaultOf(ApiKey? key) =>
            key is not { RevokedAt: null } ? "The API key that made this call was revoked. Nothing was sent."
            : key.ExpiresAt <= clock.GetUtcNow() ? "The API key that made this call has expired. Nothing was sent."
            : Lacks(key.Permissions) ? Lost : null;

        private static string? FaultOf(Account? account) =>
            account is not { DisabledAt: null } ? "The account that made this call was disabled or deleted. Nothing was sent."
            : Lacks(account.Permissions) ? Lost : null;

        private static bool Lacks(string permissions) => !PermissionList.Read(permissions).Contains(Permissions.CallsExecute);
    }

    /// <summary>Authorization ends a session, OnBehalfOf goes on with what waited for it.</summary>
    internal sealed class ReleaseParkedCalls(AuthorizationSessions sessions, ParkedCalls parked) : IOutboxSubscriber
    {
        public async Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var finished = payload.Deserialize<SessionChanged>(JsonSerializerOptions.Web)!;
            var session = await sessions.FindAsync(finished.SessionId, ct);
            var state = StateOf(session);
            if (state != ConsentState.Pending)
            {
                await parked.ReleaseAsync(finished.SessionId, state, ct);
            }

            if (session is not null && state == ConsentState.Granted)
            {
                await parked.HurryAsync(session.User, ct);
            }
        }
    }

    /// <summary>Grants takes a grant back, OnBehalfOf gives up what needed it.</summary>
    internal sealed class EndParkedCalls(ParkedCalls parked, TimeProvider clock) : IOutboxSubscriber
    {
        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var revoked = payload.Deserialize<GrantRevoked>(JsonSerializerOptions.Web)!;
            return parked.GiveUpAsync(new UserKey(revoked.AppId, revoked.OpenId), revoked.At ?? clock.GetUtcNow(), ct);
        }
    }

    /// <summary>Events was too slow to answer a click with a card; Messaging changes the card afterwards.</summary>
    private sealed class LateCardUpdates(MessageClient messages) : ILateCardUpdates
    {
        public Task UpdateAsync(string appId, Secret token, JsonObject card, CancellationToken ct) => messages.UpdateByTokenAsync(appId, token, card, ct);
    }
}
