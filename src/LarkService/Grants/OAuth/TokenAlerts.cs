using System.Globalization;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants.OAuth;

/// <summary>Which call the platform does not let an app make.</summary>
internal enum TokenCall
{
    Refresh,
    Exchange,
}

/// <summary>
/// Tells the operators that the app's set-up stands in the way: once for an app, a call and a code, however many users it
/// meets, and once more when it works again. Each replica tells what it sees itself; what several see within the same quarter of an
/// hour is told once.
/// </summary>
internal sealed partial class TokenAlerts(IOperatorAlerts alerts, TimeProvider clock, ILogger<TokenAlerts> logger)
{
    /// <summary>Codes are few; a platform that invents new ones fills no memory.</summary>
    private const int MostTold = 1000;

    /// <summary>Replicas meet the same trouble at about the same time; what comes later may be trouble anew, and must be told.</summary>
    private static readonly TimeSpan SameTrouble = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly HashSet<(string AppId, TokenCall Call, int Code)> _told = [];
    private int _cleared;

    public void Refused(string appId, TokenCall call, PlatformError error)
    {
        lock (_gate)
        {
            if (_told.Count >= MostTold || !_told.Add((appId, call, error.Code)))
            {
                return;
            }
        }

        Log.Refused(logger, appId, error);
        alerts.Tell(new(AlertKind.Trouble, Title(appId, call), ConfigurationWords.For(error.Code), clock.GetUtcNow())
        {
            Detail = error.ToString(),
            Key = Key($"{appId}/{call}/{error.Code}", Volatile.Read(ref _cleared)),
        });
    }

    /// <summary>The platform has just carried out such a call.</summary>
    public void Works(string appId, TokenCall call)
    {
        lock (_gate)
        {
            if (_told.Count == 0 || _told.RemoveWhere(t => t.AppId == appId && t.Call == call) == 0)
            {
                return;
            }
        }

        var round = Interlocked.Increment(ref _cleared);
        Log.Works(logger, appId, call);
        alerts.Tell(new(
            AlertKind.AllClear,
            new($"{appId}: it works again", $"{appId}：已恢复正常", $"{appId}：復旧しました"),
            call == TokenCall.Refresh ? new("Tokens are refreshed again.", "令牌刷新已恢复。", "トークンの更新が復旧しました。") : new("Consents go through again.", "用户授权已恢复。", "ユーザーの認可が復旧しました。"),
            clock.GetUtcNow())
        {
            Key = Key($"{appId}/{call}/works", round),
        });
    }

    private string Key(string about, int round) =>
        string.Create(CultureInfo.InvariantCulture, $"{about}/{round}/{clock.GetUtcNow().Ticks / SameTrouble.Ticks}");

    private static AlertText Title(string appId, TokenCall call) => call == TokenCall.Refresh
        ? new($"{appId} cannot refresh tokens; no grant is lost", $"{appId} 无法刷新令牌；用户授权不会丢失", $"{appId} はトークンを更新できません。認可は失われません")
        : new($"{appId} cannot finish consents", $"{appId} 无法完成用户授权", $"{appId} はユーザーの認可を完了できません");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "App {AppId} needs an administrator: {Error}")]
        public static partial void Refused(ILogger logger, string appId, PlatformError error);

        [LoggerMessage(2, LogLevel.Information, "App {AppId}: {Call} works again")]
        public static partial void Works(ILogger logger, string appId, TokenCall call);
    }
}
