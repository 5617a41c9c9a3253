using LarkService.Accounts.Keys;
using LarkService.Accounts.Limits;
using LarkService.Accounts.SignIn;
using LarkService.Data.News;
using LarkService.Data.Tidying;
using LarkService.Platform.Configuration;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts;

/// <summary>Registers callers: API keys, accounts, what each may do and how often.</summary>
internal static class AccountsSetup
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddChecked<ApiOptions>();
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<INewsSubscriber>(provider => provider.GetRequiredService<ApiKeyCache>());
        services.AddSingleton<UnknownKeys>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<FormerCallers>();
        services.AddHostedSingleton<KeyUses>();
        AddSignIn(services);
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ApiOptions>>((forwarded, api) => TrustedProxies.Apply(forwarded, api.Value));
        services.AddSingleton<RequestCounts>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<CallerRecognition>();
        services.AddSingleton<CallerGate>();
        services.AddHostedService<SharedCounts>();
        services.AddSingleton<IOldRows, OldRequestCounts>();
        return services;
    }

    /// <summary>See <see cref="CallerGate"/>.</summary>
    public static void UseCallers(this WebApplication app)
    {
        app.UseForwardedHeaders();
        LeaveOut(app, "__AuthenticationMiddlewareSet");
        LeaveOut(app, "__AuthorizationMiddlewareSet");
        CallerGate? gate = null;
        app.Use((http, next) => (gate ??= app.Services.GetRequiredService<CallerGate>()).PassAsync(http, next));
    }

    public static void MapCallers(this IEndpointRouteBuilder routes)
    {
        routes.MapApiKeys();
        routes.MapSignIn();
        routes.MapAccounts();
    }

    // SignalR and Razor Pages bring these steps along, and the host would put them in by itself. Nothing here marks a route for them.
    private static void LeaveOut(IApplicationBuilder app, string step) => app.Properties[step] = true;

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddSingleton<Passwords>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<SignInTries>();
        services.AddHostedSingleton<FailedSignIns>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<IOldRows, OldRefreshTokens>();
        services.AddSingleton<IOldRows, OldSignInTries>();
    }

    private static void AddHostedSingleton<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
