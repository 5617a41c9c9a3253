using LarkSandbox.Access;
using LarkSandbox.Aily;
using LarkSandbox.Apaas.Applications;
using LarkSandbox.Apaas.Workspaces;
using LarkSandbox.Cards;
using LarkSandbox.Cards.Entities;
using LarkSandbox.Chat;
using LarkSandbox.Contacts;
using LarkSandbox.Drive;
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
        .AddAccess()
        .AddOAuth()
        .AddMessaging()
        .AddAily()
        .AddApaas()
        .AddDrive()
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

    private static IServiceCollection AddAccess(this IServiceCollection services) => services
        .AddSingleton<AppScopes>()
        .AddSingleton<CallLimits>()
        .AddSingleton<CallCounts>()
        .AddSingleton<AccessApi>();

    private static IServiceCollection AddOAuth(this IServiceCollection services) => services
        .AddSingleton<TokenMint>()
        .AddSingleton<RefreshLedger>()
        .AddSingleton<TokenVault>()
        .AddSingleton<AuthorizationCodes>()
        .AddSingleton<DeviceFlows>()
        .AddSingleton<ClientCheck>()
        .AddSingleton<ConsentRules>()
        .AddSingleton<TenantTokens>()
        .AddSingleton<TokenApi>()
        .AddSingleton<DeviceAuthorizationApi>()
        .AddSingleton<RevokeApi>()
        .AddSingleton<UserInfoApi>()
        .AddSingleton<AppTokenApi>()
        .AddSingleton<SignedIn>();

    private static IServiceCollection AddMessaging(this IServiceCollection services) => services
        .AddSingleton<MessageStore>()
        .AddSingleton<MessagesApi>()
        .AddSingleton<EphemeralApi>()
        .AddSingleton<CardTokens>()
        .AddSingleton<CardClicks>()
        .AddSingleton<CardUpdateApi>()
        .AddSingleton<CardEntityStore>()
        .AddSingleton<CardKitApi>()
        .AddSingleton<ContactBook>()
        .AddSingleton<ContactView>()
        .AddSingleton<ContactsApi>()
        .AddSingleton<ContactLookupApi>()
        .AddSingleton<People>()
        .AddSingleton<ServiceAddress>()
        .AddSingleton<ChatApi>()
        .AddSingleton<StreamApi>();

    private static IServiceCollection AddLoad(this IServiceCollection services) => services
        .AddSingleton<EventLoad>()
        .AddSingleton<ClickLoad>()
        .AddSingleton<LoadApi>();

    private static IServiceCollection AddApaas(this IServiceCollection services) => services
        .AddSingleton<WorkspaceStore>()
        .AddSingleton<RecordsApi>()
        .AddSingleton<SqlApi>()
        .AddSingleton<SchemaApi>()
        .AddSingleton<WorkspaceSeedApi>()
        .AddSingleton<ApplicationCalls>()
        .AddSingleton<DemoFunctions>()
        .AddSingleton<FunctionsApi>()
        .AddSingleton<FlowOperators>()
        .AddSingleton<FlowsApi>()
        .AddSingleton<ApplicationObjects>()
        .AddSingleton<ObjectsApi>()
        .AddSingleton<ObjectBatchesApi>();

    private static IServiceCollection AddDrive(this IServiceCollection services) => services
        .AddSingleton<DriveStore>()
        .AddSingleton<UploadsApi>()
        .AddSingleton<PartsApi>()
        .AddSingleton<DownloadsApi>();

    private static IServiceCollection AddAily(this IServiceCollection services) => services
        .AddSingleton<AilyStore>()
        .AddSingleton<SessionsApi>()
        .AddSingleton<AilyMessagesApi>()
        .AddSingleton<RunsApi>()
        .AddSingleton<SkillsApi>()
        .AddSingleton<KnowledgeApi>();
}
