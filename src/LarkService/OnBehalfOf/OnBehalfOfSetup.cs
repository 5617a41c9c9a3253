using LarkService.Data.Counting;
using LarkService.Data.Tidying;
using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>Registers calls in users' names and the work that waits for consent. An <see cref="IConsent"/> must be registered, too.</summary>
internal static class OnBehalfOfSetup
{
    public static IServiceCollection AddOnBehalfOf(this IServiceCollection services)
    {
        services.AddTransient<UserTokenHandler>();
        services.AddHttpClient(UserCalls.HttpClientName).AddHttpMessageHandler<UserTokenHandler>().UseOpenPlatform();
        services.AddSingleton<CallMetrics>();
        services.AddSingleton<CallProblems>();
        services.AddSingleton<AppCalls>();
        services.AddSingleton<CallerOperations>();
        services.AddSingleton<TokenHandOut>();
        services.AddSingleton<ForcedRefresh>();
        services.AddSingleton<IRowCount, ParkedCallCount>();
        services.AddSingleton<IOldRows, OldParkedCalls>();
        services.AddSingleton<IUserCalls, UserCalls>();
        services.AddSingleton<ParkedCallSignal>();
        services.AddSingleton<ParkedCalls>();
        services.AddSingleton(new SealedTable("parked_calls", "id", new SealedColumn("payload", SealPurpose.ParkedCall)));
        services.AddSingleton<IParkedCalls>(provider => provider.GetRequiredService<ParkedCalls>());
        services.AddSingleton<ParkedCallRun>();
        services.AddHostedService<ParkedCallLoop>();
        return services;
    }
}
