using System.Text.Json;
using System.Text.Json.Serialization;
using LarkService.Accounts;
using LarkService.Authorization;
using LarkService.Data.News;
using LarkService.Data.Outbox;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform.Http;
using LarkService.Realtime;

namespace LarkService.Hosting;

/// <summary>Joins Authorization and OnBehalfOf, which tell what happens, with Realtime, which does not know them.</summary>
internal static class RealtimeNews
{
    public const string OperationEnded = "operation:completed";
    public const string Authorized = "authorization:completed";
    public const string Declined = "authorization:declined";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static IServiceCollection AddRealtimeNews(this IServiceCollection services)
    {
        services.AddSingleton<RealtimeRelay>();
        services.AddSingleton<ILiveFeed>(provider => provider.GetRequiredService<RealtimeRelay>());
        services.AddSingleton<INewsSubscriber>(provider => provider.GetRequiredService<RealtimeRelay>());
        services.AddSingleton<IFormerCallers, ByAccounts>();
        services.AddOutboxSubscriber<TellOfSession>(SessionTopics.Finished);
        services.AddOutboxSubscriber<TellOfOperation>(OperationTopics.Completed);
        return services;
    }

    private static T Read<T>(JsonElement payload) => payload.Deserialize<T>(JsonSerializerOptions.Web)!;

    private static LiveEvent Event(string name, string group, object data) => new(name, group, JsonSerializer.SerializeToElement(data, Json));

    /// <summary>
    /// The end of a session concerns whoever may read sessions: it belongs to no caller, for one that is pending serves all who ask for
    /// the same. What was asked for and granted may be much, and is left to the REST API.
    /// </summary>
    internal sealed class TellOfSession(AuthorizationSessions sessions, ILiveFeed feed) : IOutboxSubscriber
    {
        public async Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            if (await sessions.FindAsync(Read<SessionChanged>(payload).SessionId, ct) is not { } session || NameOf(session.State) is not { } name)
            {
                return;
            }

            await feed.PublishAsync(Event(name, LiveGroups.OfPermission(Permissions.AuthorizationsRead), new
            {
                session.SessionId,
                session.AppId,
                session.OpenId,
                State = session.State.Word(),
                Flow = session.Flow.Word(),
                At = session.CompletedAt,
            }), ct);
        }

        private static string? NameOf(SessionState state) => state switch
        {
            SessionState.Authorized => Authorized,
            SessionState.Declined => Declined,
            _ => null,
        };
    }

    /// <summary>The end of an operation concerns its caller alone.</summary>
    internal sealed class TellOfOperation(ILiveFeed feed) : IOutboxSubscriber
    {
        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            var ended = Read<OperationCompleted>(payload);
            return ended.CallerId is null
                ? Task.CompletedTask // written by a version that did not say whose it was
                : feed.PublishAsync(Event(OperationEnded, LiveGroups.OfCaller(ended.CallerId), new { ended.Id, ended.State, ended.AppId, ended.OpenId, ended.SessionId, ended.At }), ct);
        }
    }

    private sealed class ByAccounts(FormerCallers former) : IFormerCallers
    {
        public Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> callerIds, CancellationToken ct) => former.AmongAsync(callerIds, ct);
    }
}
