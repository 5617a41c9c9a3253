using LarkSandbox.Aily;
using LarkSandbox.Cards;
using LarkSandbox.Chat;
using LarkSandbox.Contacts;
using LarkSandbox.Faults;
using LarkSandbox.HttpPush;
using LarkSandbox.Im;
using LarkSandbox.Load;
using LarkSandbox.LongConnection;
using LarkSandbox.Network;
using LarkSandbox.OAuth;
using LarkSandbox.Pages;
using LarkSandbox.Wire;

namespace LarkSandbox.Hosting;

/// <summary>Registers the simulator's parts; all of them live as long as the simulator.</summary>
internal static class SandboxSetup
{
    public static IServiceCollection AddSandbox(this IServiceCollection services, SandboxOptions options, TimeProvider clock) => services
        .AddSingleton(options)
        .AddSingleton(clock)
        .AddGround()
        .AddLongConnection()
        .AddOAuth()
        .AddMessaging()
        .AddAily()
        .AddLoad()
        .AddSingleton<SandboxPlatform>();

    private static IServiceCollection AddGround(this IServiceCollection services) => services
        .AddSingleton<ChangeSignal>()
        .AddSingleton<IssuedSecrets>()
        .AddSingleton<RateWindow>()
        .AddSingleton<BackgroundTasks>()
        .AddHostedService(s => s.GetRequiredService<BackgroundTasks>())
        .AddSingleton<TenantDirectory>()
        .AddSingleton<LiveFeed>()
        .AddSingleton<WireCounters>()
        .AddSingleton<WireMask>()
        .AddSingleton<WireLog>()
        .AddHostedService<CounterFeed>()
        .AddSingleton<Relay>()
        .AddHostedService(s => s.GetRequiredService<Relay>())
        .AddFaults();

    private static IServiceCollection AddFaults(this IServiceCollection services) => services
        .AddSingleton<FaultBoard>()
        .AddSingleton<FrameFaults>()
        .AddSingleton<Outages>()
        .AddSingleton<LineTroubles>()
        .AddSingleton<FaultStates>()
        .AddHostedService<FaultFeed>()
        .AddSingleton<Troubles>()
        .AddSingleton<FaultsApi>()
        .AddSingleton<LineFaultsApi>();

    private static IServiceCollection AddLongConnection(this IServiceCollection services) => services
        .AddSingleton<Tickets>()
        .AddSingleton<Connections>()
        .AddSingleton<HttpPushes>()
        .AddSingleton<CallbackAddressApi>()
        .AddSingleton<Pushes>()
        .AddSingleton<EventDeliveries>()
        .AddSingleton<Envelopes>()
        .AddSingleton<EndpointApi>()
        .AddSingleton<SocketApi>()
        .AddHostedService<PingWatch>();

    private static IServiceCollection AddOAuth(this IServiceCollection services) => services
        .AddSingleton<TokenMint>()
        .AddSingleton<TokenVault>()
        .AddSingleton<AuthorizationCodes>()
        .AddSingleton<DeviceFlows>()
        .AddSingleton<ClientCheck>()
        .AddSingleton<CallLimits>()
        .AddSingleton<ConsentRules>()
        .AddSingleton<TenantTokens>()
        .AddSingleton<TokenApi>()
        .AddSingleton<DeviceAuthorizationApi>()
        .AddSingleton<RevokeApi>()
        .AddSingleton<UserInfoApi>()
        .AddSingleton<AppTokenApi>()
        .AddSingleton<SignedIn>();

    private static IServiceCollection AddMessaging(this IServiceCollection services) => services
        .AddSingleton<ApiGate>()
        .AddSingleton<MessageStore>()
        .AddSingleton<MessagesApi>()
        .AddSingleton<EphemeralApi>()
        .AddSingleton<CardTokens>()
        .AddSingleton<CardClicks>()
        .AddSingleton<CardUpdateApi>()
        .AddSingleton<ContactBook>()
        .AddSingleton<ContactsApi>()
        .AddSingleton<People>()
        .AddSingleton<ServiceAddress>()
        .AddSingleton<ChatApi>()
        .AddSingleton<StreamApi>();

    private static IServiceCollection AddLoad(this IServiceCollection services) => services
        .AddSingleton<EventLoad>()
        .AddSingleton<ClickLoad>()
        .AddSingleton<LoadApi>();

    private static IServiceCollection AddAily(this IServiceCollection services) => services
        .AddSingleton<AilyStore>()
        .AddSingleton<SessionsApi>()
        .AddSingleton<AilyMessagesApi>()
        .AddSingleton<RunsApi>();
}
