using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Aily;
using LarkSandbox.Apaas.Applications;
using LarkSandbox.Apaas.Workspaces;
using LarkSandbox.Cards;
using LarkSandbox.Chat;
using LarkSandbox.Drive;
using LarkSandbox.Faults;
using LarkSandbox.Load;
using LarkSandbox.LongConnection;
using LarkSandbox.OAuth;
using LarkSandbox.Wire;

namespace LarkSandbox.Hosting;

/// <summary>The inside of the simulator, for tests and the launcher: people act, faults happen, everything is counted.</summary>
internal sealed class SandboxPlatform(
    SandboxOptions options,
    TenantDirectory directory,
    MessageStore messages,
    People people,
    CardClicks clicks,
    EventDeliveries deliveries,
    Envelopes envelopes,
    Pushes pushes,
    Connections connections,
    Troubles faults,
    TokenApi tokenCalls,
    AppScopes appScopes,
    CallCounts calls,
    CallLimits limits,
    TokenVault vault,
    DeviceFlows devices,
    ConsentRules consent,
    AilyStore aily,
    WorkspaceStore workspaces,
    ApplicationCalls applicationCalls,
    DriveStore drive,
    EventLoad eventLoad,
    ClickLoad clickLoad,
    IssuedSecrets secrets,
    ServiceAddress service,
    WireLog wire,
    ChangeSignal changes)
{
    public SandboxOptions Options => options;

    /// <summary>The scopes enabled for the app; an administrator may take one away at any time.</summary>
    public AppScopes AppScopes => appScopes;

    /// <summary>What was called, how often, and with whose token.</summary>
    public CallCounts Calls => calls;

    /// <summary>李雷, 韩梅梅 and Ava Stone, then the extra users.</summary>
    public IReadOnlyList<DemoUser> Users => directory.Users;

    /// <summary>Every message, oldest first, with every state its card had.</summary>
    public IReadOnlyList<ChatMessage> Messages => messages.All;

    public Troubles Faults => faults;

    public Connections Connections => connections;

    public TokenVault Tokens => vault;

    public DeviceFlows DeviceFlows => devices;

    public WireLog Wire => wire;

    public IReadOnlyCollection<AilySession> AilySessions => aily.All;

    /// <summary>The tenant's aPaaS workspaces, with what is in their tables.</summary>
    public WorkspaceStore Workspaces => workspaces;

    /// <summary>What was uploaded.</summary>
    public DriveStore Drive => drive;

    /// <summary>Functions and flows that ran.</summary>
    public ApplicationCalls ApplicationCalls => applicationCalls;

    /// <summary>Every event pushed: attempts, acked or given up.</summary>
    public IReadOnlyCollection<Delivery> Deliveries => deliveries.All;

    /// <summary>Acks that matched a waiting push.</summary>
    public long Acks => pushes.Acks;

    /// <summary>Sends that repeated the uuid of an earlier one: answered with the first message, seen by nobody.</summary>
    public int RepeatedSends => messages.RepeatedSends;

    public int MessagesSentByBot => messages.All.Count(m => m.SenderOpenId is null);

    /// <summary>Every token, code, ticket and secret ever issued: none of it may turn up in a log or in clear in a database.</summary>
    public IReadOnlyList<string> IssuedSecrets => secrets.Snapshot();

    /// <summary>Calls a second and a minute are not limited for the moment.</summary>
    public bool LimitsLifted
    {
        get => limits.Lifted;
        set => limits.Lifted = value;
    }

    public string? ServiceUrl
    {
        get => service.Url;
        set => service.Url = value;
    }

    public int TokenCalls(string grantType) => tokenCalls.CallsBy(grantType);

    /// <summary>Calls of the token endpoint that were above its limits.</summary>
    public int TokenCallsRefused => tokenCalls.Refused;

    public Delivery? FindDelivery(string eventId) => deliveries.Find(eventId);

    public ChatMessage? FindMessage(string messageId) => messages.Find(messageId);

    /// <summary>What the bot wrote to this person, oldest first.</summary>
    public IReadOnlyList<ChatMessage> SentTo(string openId) =>
        [.. messages.All.Where(m => m.SenderOpenId is null && (m.OnlyVisibleTo == openId || m.ChatId == directory.Find(openId)?.ChatId))];

    /// <summary>The person writes to the bot; the event is on its way.</summary>
    public (ChatMessage Message, Delivery Delivery) SendText(string openId, string text, bool inGroup = false) => people.Write(Known(openId), text, inGroup);

    /// <summary>The person opens the chat with the bot.</summary>
    public Delivery EnterChat(string openId) => people.EnterChat(Known(openId));

    /// <summary>The person chooses an entry of the bot's menu.</summary>
    public Delivery ChooseMenu(string openId, string eventKey) => people.ChooseMenu(Known(openId), eventKey);

    /// <summary>Pushes any envelope; <c>header.event_id</c> is its identity.</summary>
    public Delivery PushEvent(JsonObject envelope) => deliveries.Push(envelope);

    /// <summary>Pushes an event with a body of one's own and a fresh event id.</summary>
    public Delivery PushEvent(string eventType, JsonObject body) => deliveries.Push(envelopes.Event(eventType, body));

    /// <summary>Presses the button whose callback has this value, and waits for what the person sees.</summary>
    public Task<ClickResult> ClickAsync(string openId, string messageId, JsonNode value, CancellationToken ct = default) =>
        clicks.ClickAsync(new(openId, messageId, value), ct);

    public Task<ClickResult> ClickAsync(Click click, CancellationToken ct = default) => clicks.ClickAsync(click, ct);

    /// <summary>The callback values on the card as it is now, in the order of the card.</summary>
    public IReadOnlyList<JsonNode> ButtonValues(string messageId) => messages.Find(messageId)?.Card is { } card ? [.. CardButtons.Values(card)] : [];

    /// <summary>Pushes many events and waits until the last is acknowledged or given up.</summary>
    public Task<EventLoadResult> LoadAsync(EventLoadOptions load, CancellationToken ct = default) => eventLoad.RunAsync(load, ct);

    /// <summary>Presses buttons at a fixed rate and waits for the last answer.</summary>
    public Task<ClickLoadResult> LoadClicksAsync(ClickLoadOptions load, CancellationToken ct = default) => clickLoad.RunAsync(load, ct);

    /// <summary>Agrees to, or refuses, the device flow with this user code, as the consent page would.</summary>
    public bool DecideDevice(string userCode, string openId, bool allow = true) =>
        devices.FindByUserCode(userCode) is { } flow && devices.Decide(flow, openId, allow);

    /// <summary>Registers a redirect URI in the console.</summary>
    public void RegisterRedirectUri(string uri) => consent.MoreRedirectUris.Add(uri);

    /// <summary>Hands out tokens as if the person had agreed to these scopes.</summary>
    public TokenPair Grant(string openId, params string[] scopes)
    {
        var agreed = vault.Agree(openId, scopes);
        return vault.Issue(openId, agreed.Scopes, agreed.AuthorizedAt, scopes.Contains("offline_access"));
    }

    /// <summary>Returns when the condition holds; throws <see cref="TimeoutException"/> when it does not in time.</summary>
    public Task WaitForAsync(Func<bool> condition, TimeSpan limit, CancellationToken ct = default) => changes.WaitForAsync(condition, limit, ct);

    private DemoUser Known(string openId) => directory.Find(openId) ?? throw new ArgumentException($"No such person: {openId}", nameof(openId));
}
