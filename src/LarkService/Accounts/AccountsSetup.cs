using LarkService.Accounts.Keys;
using LarkService.Accounts.Limits;
using LarkService.Accounts.SignIn;
using LarkService.Data.News;
using LarkService.Data.Tidying;
using LarkService.Platform.Configuration;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts;

/// <summary>Registers callers: API keys, accounts, one policy for each permission, and how often each may call.</summary>
internal static class AccountsSetup
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddChecked<ApiOptions>();
        services.AddAuthentication(CallerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.SchemeName, null);
        var policies = services.AddAuthorizationBuilder();
        foreach (var permission in Permissions.All)
        {
            policies.AddPolicy(permission, policy => policy.RequireClaim(Caller.PermissionClaim, permission));
        }

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
        services.AddHostedService<SharedCounts>();
        services.AddSingleton<IOldRows, OldRequestCounts>();
        return services;
    }

    /// <summary>Says who calls, and holds back who calls too often.</summary>
    public static void UseCallers(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseAuthentication();
        RequestLimits? limits = null;
        app.Use((http, next) => (limits ??= app.Services.GetRequiredService<RequestLimits>()).PassAsync(http, next));
        app.UseAuthorization();
    }

    public static void MapCallers(this IEndpointRouteBuilder routes)
    {
        routes.MapApiKeys();
        routes.MapSignIn();
        routes.MapAccounts();
    }

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
