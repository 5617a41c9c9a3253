using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Authorization.Flows;
using LarkService.Data.Counting;
using LarkService.Data.Outbox;
using LarkService.Data.Tidying;
using LarkService.Grants;
using LarkService.Grants.Sealing;
using LarkService.Platform.Configuration;

namespace LarkService.Authorization;

/// <summary>Registers sessions, cards and both flows.</summary>
internal static class AuthorizationSetup
{
    public static IServiceCollection AddAuthorizationSessions(this IServiceCollection services)
    {
        services.AddChecked<AuthorizationOptions>();
        services.AddSingleton<AuthorizationSessions>();
        services.AddSingleton(new SealedTable(
            "authorization_sessions",
            "session_id",
            new("pkce_verifier", SealPurpose.PkceVerifier),
            new("device_code", SealPurpose.DeviceCode),
            new("link", SealPurpose.ConsentLink)));
        services.AddSingleton<AuthorizationMetrics>();
        services.AddSingleton<IRowCount, OpenSessionCount>();
        services.AddSingleton<IOldRows, OldSessions>();
        services.AddSingleton<SlowLooks>();
        services.AddSingleton<SessionTurns>();
        services.AddSingleton<ConsentLinks>();
        services.AddSingleton<ConsentCompletion>();
        services.AddSingleton<CodeExchange>();
        services.AddSingleton<RedirectConsent>();
        services.AddSingleton<DevicePoll>();
        services.AddSingleton<OverdueSessions>();
        services.AddSingleton<UnansweredPages>();
        services.AddSingleton<SessionAdmission>();
        services.AddSingleton<Consents>();
        services.AddSingleton<CallConsents>();
        services.AddSingleton<AskInChat>();
        services.AddSingleton<SessionList>();
        services.AddSingleton<CallScopes>();
        services.AddOutboxSubscriber<SessionCards>(SessionTopics.Changed);
        services.AddOutboxSubscriber<TellRevoked>(GrantTopics.Revoked);
        services.AddOutboxSubscriber<AskToRenew>(GrantTopics.ReauthorizationRequired);
        services.AddOutboxSubscriber<TellEndsSoon>(GrantTopics.EndsSoon);
        services.AddHostedService<DevicePollLoop>();
        services.AddHostedService<SessionExpiryLoop>();
        return services;
    }
}
