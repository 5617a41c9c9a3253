using LarkService.Data.Counting;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Grants.Sealing;
using LarkService.Grants.Upkeep;
using LarkService.Platform.Configuration;

namespace LarkService.Grants;

/// <summary>Registers grants: sealing, storage, refresh, revocation.</summary>
internal static class GrantsSetup
{
    public static IServiceCollection AddGrants(this IServiceCollection services)
    {
        services.AddChecked<EncryptionOptions>();
        services.AddSingleton<TokenSeal>();
        services.AddSingleton<TokenCallPace>();
        services.AddSingleton<OAuthClient>();
        services.AddSingleton<UserGrants>();
        services.AddSingleton<TokenCache>();
        services.AddSingleton<TokenRefresher>();
        services.AddSingleton<UserTokens>();
        services.AddSingleton<Revocations>();
        services.AddSingleton<GrantMetrics>();
        services.AddSingleton<IRowCount, ActiveGrantCount>();
        services.AddSingleton<KeepAlive>();
        services.AddSingleton<EndAnnouncements>();
        services.AddSingleton<UnusedGrants>();
        services.AddSingleton<ContactClient>();
        services.AddSingleton<ContactUpdate>();
        services.AddSingleton<UserSync>();
        return services;
    }
}
