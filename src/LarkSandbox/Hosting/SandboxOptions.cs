using System.Security.Cryptography;

namespace LarkSandbox.Hosting;

/// <summary>
/// Everything about the simulated platform that a test or the launcher may set. The defaults are the real platform's
/// values, so what is left alone behaves as in production.
/// </summary>
public sealed record SandboxOptions
{
    /// <summary>The demo app's id; SDKs insist on <c>cli_</c> and 16 hex digits.</summary>
    public string AppId { get; init; } = "cli_5a4d9b0c7e1f2306";

    /// <summary>The demo app's secret. Default: random, new for every simulator.</summary>
    public string AppSecret { get; init; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The app's Verification Token, in every event and callback. Default: random, new for every simulator.</summary>
    public string VerificationToken { get; init; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The name people see on the consent page.</summary>
    public string AppName { get; init; } = "Lark Assistant";

    /// <summary>The bot's name in chat.</summary>
    public string BotName { get; init; } = "Assistant";

    /// <summary>The tenant's name.</summary>
    public string TenantName { get; init; } = "Sandbox Inc.";

    /// <summary>The tenant's key.</summary>
    public string TenantKey { get; init; } = "1a2b3c4d5e6f7081";

    /// <summary>The Aily app that runs may name (<c>spring_…__c</c>).</summary>
    public string AilyAppId { get; init; } = "spring_sandbox01__c";

    /// <summary>Scopes enabled for the app in the console; anything else ends as 20027 or 99991672.</summary>
    public IReadOnlyList<string> AppScopes { get; init; } = Chat.ScopeCatalog.Default;

    /// <summary>Redirect URIs registered in the console; anything else ends as 20029.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>The console's switch "refresh user_access_token"; off ends as 20074.</summary>
    public bool AllowRefresh { get; init; } = true;

    /// <summary>People besides the three demo users, for load tests. Default: none.</summary>
    public int ExtraUsers { get; init; }

    /// <summary>Life of a user access token. Default: 7200 s.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromSeconds(7200);

    /// <summary>Unused life of a refresh token. Default: 7 days.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>After so long the person must authorize again, however often was refreshed. Default: 365 days.</summary>
    public TimeSpan AuthorizationLifetime { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Life of a tenant access token. Default: 2 h; the 30-minute rule applies.</summary>
    public TimeSpan TenantTokenLifetime { get; init; } = TimeSpan.FromSeconds(7200);

    /// <summary>Life of an authorization code. Default: 5 min.</summary>
    public TimeSpan CodeLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Life of a device code. Default: 600 s.</summary>
    public TimeSpan DeviceCodeLifetime { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Shortest pause between two polls of a device code. Default: 5 s, announced in whole seconds.</summary>
    public TimeSpan DeviceInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Ping interval told to clients; a client silent for three of them is closed. Default: 120 s.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>ClientConfig.ReconnectCount. Default: -1 (for ever).</summary>
    public int ReconnectCount { get; init; } = -1;

    /// <summary>ClientConfig.ReconnectInterval. Default: 120 s.</summary>
    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>ClientConfig.ReconnectNonce. Default: 30 s.</summary>
    public TimeSpan ReconnectNonce { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections the app may hold at once. Default: 50.</summary>
    public int MaxConnections { get; init; } = 50;

    /// <summary>Life of the ticket in a connection address. Default: 30 s.</summary>
    public TimeSpan TicketLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time a client has to acknowledge an event or answer a callback. Default: 3 s.</summary>
    public TimeSpan AckDeadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Pauses before an event comes again, each counted from the try before. Default: 15 s, 5 min, 1 h, 6 h.</summary>
    public IReadOnlyList<TimeSpan> RedeliveryLadder { get; init; } = [TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromHours(6)];

    /// <summary>Factor on that ladder. Default: 1.</summary>
    public double RedeliveryScale { get; init; } = 1.0;

    /// <summary>Events of one chat go out one after the other: one that is not acknowledged holds up those behind it. Default: off.</summary>
    public bool OrderedChats { get; init; }

    /// <summary>Payloads above so many bytes are split into packets of that size. Default: never.</summary>
    public int? SplitAbove { get; init; }

    /// <summary>Send the packets of a split payload in reverse order.</summary>
    public bool ReorderPackets { get; init; }

    /// <summary>
    /// Long connections pass a TCP relay from the start; without, they do so from the first fault of the network on. Default: off.
    /// </summary>
    public bool Relay { get; init; }

    /// <summary>How long an Aily run takes. Default: 2 s.</summary>
    public TimeSpan RunDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where uploaded files lie, in a folder <c>drive</c> that is emptied at the start and removed at the end. Default: among the temporary files.</summary>
    public string? FilesFolder { get; init; }

    /// <summary>Calls per second and API, where the platform names no other number. Default: 50; 0 = unlimited, for every API.</summary>
    public int CallsPerSecond { get; init; } = 50;

    /// <summary>Calls per minute and API, where the platform names no other number. Default: 1000; 0 = unlimited, for every API.</summary>
    public int CallsPerMinute { get; init; } = 1000;

    /// <summary>Messages per second to one person or group. Default: 5; 0 = unlimited.</summary>
    public int MessagesPerSecondPerReceiver { get; init; } = 5;

    /// <summary>Patches per second of one message. Default: 5; 0 = unlimited.</summary>
    public int PatchesPerSecondPerMessage { get; init; } = 5;

    /// <summary>Keep a log of everything on the wire for the page. Off in load tests. Default: on.</summary>
    public bool RecordWire { get; init; } = true;
}
