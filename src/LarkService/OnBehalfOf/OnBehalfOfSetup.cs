using LarkService.Data.Counting;
using LarkService.Data.News;
using LarkService.Data.Tidying;
using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.OnBehalfOf.Operations;
using LarkService.OnBehalfOf.Proxy;
using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>Registers calls in users' names and the work that waits for consent. An <see cref="IConsent"/> and an <see cref="ICallerStanding"/> must be registered, too.</summary>
internal static class OnBehalfOfSetup
{
    public static IServiceCollection AddOnBehalfOf(this IServiceCollection services)
    {
        services.AddSingleton<KnownApis>();
        services.AddTransient<UserTokenHandler>();
        services.AddHttpClient(UserCalls.HttpClientName).AddHttpMessageHandler<UserTokenHandler>().UseOpenPlatform();
        services.AddSingleton<CallMetrics>();
        services.AddSingleton<CallProblems>();
        services.AddSingleton<AppCalls>();
        services.AddSingleton<LongCalls>();
        services.AddSingleton<TokenHandOut>();
        services.AddSingleton<ForcedRefresh>();
        services.AddSingleton<IRowCount, ParkedCallCount>();
        services.AddSingleton<IOldRows, OldParkedCalls>();
        services.AddSingleton<IUserCalls, UserCalls>();
        services.AddSingleton<ParkedCallSignal>();
        services.AddSingleton<ParkedCalls>();
        services.AddSingleton(new SealedTable("parked_calls", "id", new("payload", SealPurpose.ParkedCall), new("answer", SealPurpose.OperationAnswer)));
        services.AddSingleton<IParkedCalls>(provider => provider.GetRequiredService<ParkedCalls>());
        services.AddSingleton<ParkedCallWrites>();
        services.AddSingleton<ParkedCallAsking>();
        services.AddSingleton<ParkedCallRun>();
        services.AddSingleton<CallAudit>();
        services.AddHostedService(provider => provider.GetRequiredService<CallAudit>()); // before what it writes down, so that it stops after it
        services.AddHostedService<ParkedCallLoop>();
        services.AddHostedService<UnheardSessions>();
        AddOperations(services);
        AddIdempotency(services);
        services.AddProxy();
        return services;
    }

    /// <summary>To be called behind what says who calls.</summary>
    public static void UseIdempotencyKeys(this WebApplication app)
    {
        IdempotencyKeys? keys = null;
        app.Use((http, next) => (keys ??= app.Services.GetRequiredService<IdempotencyKeys>()).PassAsync(http, next));
    }

    private static void AddOperations(IServiceCollection services)
    {
        services.AddSingleton<AuditedOperations>();
        services.AddSingleton<CallerOperations>();
        services.AddSingleton<ParkedOperations>();
        services.AddSingleton<OperationEnds>();
        services.AddSingleton<OperationRun>();
        services.AddSingleton<OperationWaiters>();
        services.AddSingleton<INewsSubscriber>(provider => provider.GetRequiredService<OperationWaiters>());
        services.AddHostedService<OperationWatch>();
        services.AddSingleton<IOldRows, OldOperations>();
    }

    private static void AddIdempotency(IServiceCollection services)
    {
        services.AddSingleton<KeyedRequests>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<IOldRows, KeyedRequest.Old>();
        services.AddSingleton(new SealedTable("idempotency_keys", "id", new SealedColumn("answer", SealPurpose.FirstAnswer)) { Owner = "'', caller_id" });
    }
}
