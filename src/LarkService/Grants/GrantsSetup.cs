using LarkService.Data.Counting;
using LarkService.Data.News;
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
        services.AddSingleton<SealedRows>();
        services.AddSingleton<SealCheck>();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton(new SealedTable(
            "user_grants",
            "id",
            new("access_token", _ => SealPurpose.AccessToken),
            new("refresh_token", _ => SealPurpose.RefreshToken),
            new("email", _ => SealPurpose.Email),
            new("mobile", _ => SealPurpose.Mobile)));
        services.AddSingleton<TokenCallPace>();
        services.AddSingleton<OAuthClient>();
        services.AddSingleton<TokenAlerts>();
        services.AddSingleton<UserGrants>();
        services.AddSingleton<GrantReads>();
        services.AddSingleton<GrantUses>();
        services.AddSingleton<TokenCache>();
        services.AddSingleton<GrantNews>();
        services.AddSingleton<INewsSubscriber>(provider => provider.GetRequiredService<GrantNews>());
        services.AddSingleton<RefreshChanges>();
        services.AddSingleton<WriteOffs>();
        services.AddSingleton<RefreshLeases>();
        services.AddSingleton<RefreshTurns>();
        services.AddSingleton<RefreshCall>();
        services.AddSingleton<RefreshEnds>();
        services.AddSingleton<GrantRefresh>();
        services.AddSingleton<TokenRefresher>();
        services.AddHostedService<RefreshRecoveryLoop>();
        services.AddSingleton<UserTokens>();
        services.AddSingleton<UpstreamRevocations>();
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
