using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Authorization.Flows;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.Events;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Grants.Sealing;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Support;

/// <summary>Grants and authorization as they are put together in earnest: a database file, a scripted platform, a clock that waits to be told.</summary>
internal sealed class Scene : IDisposable
{
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();
    private readonly OutboxSignal _signal = new();
    private readonly GrantReads _reads;
    private readonly GrantUses _uses;
    private readonly TenantTokens _tenant;

    public Scene(AuthorizationOptions? options = null)
    {
        var chosen = Options.Create(options ?? new AuthorizationOptions { RedirectUri = RedirectUri });
        Database = new Database(DatabaseProvider.Sqlite, () =>
        {
            Opening();
            return _file.Database.Open();
        });
        Outbox = new OutboxPublisher(
            [Subscription(SessionTopics.Changed), Subscription(SessionTopics.Finished), Subscription(GrantTopics.Revoked), Subscription(GrantTopics.ReauthorizationRequired), Subscription(GrantTopics.EndsSoon)], _signal, Clock);
        Pace = new TokenCallPace(Database, Clock, NullLogger<TokenCallPace>.Instance);
        var alerts = new TokenAlerts(Alerts, Clock, NullLogger<TokenAlerts>.Instance);
        OAuth = new OAuthClient(Platform, Pace, alerts);
        _tenant = new TenantTokens(Platform, Apps, Clock);
        Messages = new MessageClient(new OpenApiClient(Platform, _tenant), Apps);
        Grants = new UserGrants(Database, Seal, Clock);
        _reads = new GrantReads(Database, Seal, Clock);
        _uses = new GrantUses(Grants, Clock);
        Cache = new TokenCache(Clock);
        Audit = new AuditLog(Database, Clock);
        News = new GrantNews(Cache);
        var refreshes = new GrantMetrics(Meters);
        var changes = new RefreshChanges(Audit, Outbox, Clock);
        var writeOffs = new WriteOffs(Database, Outbox, changes, News, refreshes, NullLogger<WriteOffs>.Instance);
        Leases = new RefreshLeases(Database, new LeaseOwner(), new DatabaseClock(Database, Clock));
        var turns = new RefreshTurns(Grants, Leases, Pace, writeOffs, News, Clock);
        var ends = new RefreshEnds(Grants, Leases, writeOffs, Database, changes, OAuth, Apps, News, refreshes, Clock, NullLogger<RefreshEnds>.Instance);
        var call = new RefreshCall(OAuth, Apps, Clock, NullLogger<RefreshCall>.Instance);
        Refresher = new TokenRefresher(new GrantRefresh(turns, call, ends, Leases, refreshes, Clock), Clock, Host);
        Tokens = new UserTokens(Grants, _reads, _uses, Cache, Refresher, writeOffs, OAuth, Apps, Clock, NullLogger<UserTokens>.Instance);
        Upstream = new UpstreamRevocations(Grants, OAuth, Apps, Clock, NullLogger<UpstreamRevocations>.Instance);
        Revocations = new Revocations(Grants, Tokens, Upstream, Database, Outbox, Audit, Clock, NullLogger<Revocations>.Instance);
        Sessions = new AuthorizationSessions(Database, Outbox, Audit, Clock);
        var looks = new SlowLooks(chosen, Clock);
        Turns = new SessionTurns(Database, looks, Clock);
        Links = new ConsentLinks(OAuth, Apps, Seal, looks, chosen, Clock);
        Cards = new SessionCards(Sessions, Links, Grants, Messages, chosen, NullLogger<SessionCards>.Instance);
        var metrics = new AuthorizationMetrics(Meters);
        SetupAlerts = new AppSetupAlerts(Alerts, Clock, NullLogger<AppSetupAlerts>.Instance);
        var pages = new UnansweredPages(SetupAlerts, Apps);
        Completion = new ConsentCompletion(
            Sessions, Turns, Links, Grants, Tokens, OAuth, Messages, Audit, Apps, SetupAlerts, pages, metrics, Clock, NullLogger<ConsentCompletion>.Instance);
        var admission = new SessionAdmission(Database, Sessions, Apps, chosen, Clock);
        Consents = new Consents(admission, Sessions, Links, Completion, Cards, Apps, SetupAlerts, pages, chosen, metrics, Clock, NullLogger<Consents>.Instance);
        CallConsents = new CallConsents(Consents, Clock);
        AskInChat = new AskInChat(Consents, Messages, Clock, NullLogger<AskInChat>.Instance);
        Exchange = new CodeExchange(Turns, Links, OAuth, Apps, chosen, Clock);
        Redirects = new RedirectConsent(Sessions, Turns, Links, Completion, Exchange, alerts, Host, Clock, NullLogger<RedirectConsent>.Instance);
        DevicePoll = new DevicePoll(Turns, Links, Completion, OAuth, Apps, Clock, NullLogger<DevicePoll>.Instance);
        Expiry = new SessionExpiryLoop(new OverdueSessions(Database, Outbox, Clock), pages, metrics, Clock, NullLogger<SessionExpiryLoop>.Instance);
    }

    public static string RedirectUri => "https://bot.example.com/oauth/callback";

    public ManualTime Clock { get; } = new();

    public OpenPlatform Platform { get; } = new();

    public CountedMeters Meters { get; } = new();

    public StoppableHost Host { get; } = new();

    public LarkApps Apps { get; } = Some.Apps("cli_other");

    public TokenSeal Seal { get; } = Some.Seal();

    public Database Database { get; }

    /// <summary>Called whenever a context is opened: what it does happens between two steps of the code under test.</summary>
    public Action Opening { get; set; } = () => { };

    public OutboxPublisher Outbox { get; }

    public TokenCallPace Pace { get; }

    public KeptAlerts Alerts { get; } = new();

    public AppSetupAlerts SetupAlerts { get; }

    public OAuthClient OAuth { get; }

    public MessageClient Messages { get; }

    public UserGrants Grants { get; }

    public TokenCache Cache { get; }

    public GrantNews News { get; }

    public RefreshLeases Leases { get; }

    public TokenRefresher Refresher { get; }

    public UserTokens Tokens { get; }

    public AuditLog Audit { get; }

    public UpstreamRevocations Upstream { get; }

    public Revocations Revocations { get; }

    public AuthorizationSessions Sessions { get; }

    public ConsentLinks Links { get; }

    public SessionCards Cards { get; }

    public ConsentCompletion Completion { get; }

    public Consents Consents { get; }

    public CallConsents CallConsents { get; }

    public AskInChat AskInChat { get; }

    public SessionTurns Turns { get; }

    public CodeExchange Exchange { get; }

    public RedirectConsent Redirects { get; }

    public DevicePoll DevicePoll { get; }

    public SessionExpiryLoop Expiry { get; }

    /// <summary>Stores what a user agreed to, now.</summary>
    public async Task<UserGrant> GrantAsync(string access = "access-1", string? refresh = "refresh-1", string? scopes = null, int seconds = 7200, UserKey? user = null)
    {
        var tokens = new TokenResponse(
            new Secret(access), TimeSpan.FromSeconds(seconds), refresh is null ? null : new Secret(refresh), refresh is null ? null : TimeSpan.FromDays(7), ScopeSet.Parse(scopes ?? "auth:user.id:read offline_access"));
        await Grants.StoreNowAsync(_file.Database, user ?? Some.User, tokens);
        return (await StoredAsync(user))!;
    }

    public Task<UserGrant?> StoredAsync(UserKey? user = null) => Grants.FindAsync(user ?? Some.User, default);

    /// <summary>A pending session with its link, and a card in chat.</summary>
    public async Task<AuthorizationSession> SessionAsync(
        SessionFlow flow = SessionFlow.Redirect, string scopes = "auth:user.id:read offline_access", UserKey? user = null, SessionOrigin origin = SessionOrigin.Rest, int seconds = 600, string? id = null)
    {
        var who = user ?? Some.User;
        var sessionId = id ?? RandomIds.Create(128);
        var link = await Links.MakeAsync(sessionId, who, ScopeSet.Parse(scopes), flow, default);
        var session = new AuthorizationSession
        {
            SessionId = sessionId,
            AppId = who.AppId,
            OpenId = who.OpenId,
            Flow = flow,
            Origin = origin,
            Scopes = ScopeSet.Parse(scopes),
            PendingKey = AuthorizationSessions.PendingKeyFor(who, ScopeSet.Parse(scopes)),
            StateHash = link.StateHash,
            SealedPkceVerifier = link.SealedVerifier,
            SealedDeviceCode = link.SealedDeviceCode,
            SealedLink = link.SealedPage,
            PollSeconds = link.PollSeconds,
            NextPollAt = link.FirstPollAt,
            MessageId = "om_1",
            ChatId = "oc_1",
            Reason = "Because",
            CreatedAt = Clock.GetUtcNow(),
            ExpiresAt = Clock.GetUtcNow().AddSeconds(seconds),
        };
        await AddAsync(session);
        return await SessionAsync(sessionId);
    }

    public Task AddAsync(AuthorizationSession session) => Database.RunAsync(db => Sessions.AddAsync(db, session, cardOf: null, clicked: null, default));

    /// <summary>Carries out what is to be shown on cards, as the outbox does: in order, and once.</summary>
    public async Task ShowAsync()
    {
        while (await Database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Subscriber == SessionTopics.Changed).OrderBy(m => m.Id).FirstOrDefaultAsync()) is { } next)
        {
            await Cards.HandleAsync(JsonElement.Parse(next.Payload), default);
            await Database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Id == next.Id).ExecuteDeleteAsync());
        }
    }

    /// <summary>The session as it is stored now.</summary>
    public async Task<AuthorizationSession> SessionAsync(string id) => (await Sessions.FindAsync(id, default))!;

    public Task<List<AuthorizationSession>> SessionsAsync() => Database.RunAsync(db => db.Set<AuthorizationSession>().AsNoTracking().OrderBy(s => s.CreatedAt).ToListAsync());

    /// <summary>Topics of the follow-ups that wait, in their order.</summary>
    public async Task<IReadOnlyList<string>> FollowUpsAsync() =>
        await Database.RunAsync(db => db.Set<OutboxMessage>().OrderBy(m => m.Id).Select(m => m.Subscriber).ToListAsync());

    public async Task<IReadOnlyList<string>> FollowUpPayloadsAsync() =>
        await Database.RunAsync(db => db.Set<OutboxMessage>().OrderBy(m => m.Id).Select(m => m.Payload).ToListAsync());

    /// <summary>A click on a session's card.</summary>
    public static CardAction Click(AuthorizationSession session, string action, string? by = null, string? app = null) => new(
        app ?? session.AppId, by ?? session.OpenId, action, JsonSerializer.SerializeToElement(new { action, session = session.SessionId }), "om_1", "oc_1", new Secret("c-1"));

    public void Dispose()
    {
        Expiry.Dispose();
        _tenant.Dispose();
        _signal.Dispose();
        Meters.Dispose();
        Host.Dispose();
        _uses.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _reads.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
    }

    private static OutboxSubscription Subscription(string topic) => new(topic, topic, _ => throw new InvalidOperationException("Nobody carries out follow-ups here."));
}
