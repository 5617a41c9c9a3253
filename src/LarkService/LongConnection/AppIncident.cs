using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>
/// One app's trouble, from the first sign until all is well again: each kind of trouble is told once, whichever and however
/// many connections have it, and so is the end. A connection that comes and goes does not end the incident. A process whose
/// connections all stand by is no trouble: others hold as many as the platform allows.
/// </summary>
internal sealed class AppIncident(string appId, TimeProvider clock)
{
    /// <summary>Without any connection for so long, the operators are told, whatever the reason.</summary>
    public static readonly TimeSpan DownLimit = TimeSpan.FromMinutes(5);

    /// <summary>All must have been well for so long.</summary>
    public static readonly TimeSpan WellFor = TimeSpan.FromMinutes(1);

    private readonly HashSet<DisconnectKind> _told = [];
    private bool _toldDown;
    private long? _downSince;
    private long? _wellSince;

    /// <returns>What is to be told now.</returns>
    public IReadOnlyList<OperatorAlert> Look(IReadOnlyList<ConnectionSnapshot> connections)
    {
        if (connections.Any(c => c.Phase is ConnectionPhase.Stopped))
        {
            return [];
        }

        List<OperatorAlert> news =
        [
            .. connections.Select(c => c.Phase).OfType<ConnectionPhase.Degraded>().Where(d => _told.Add(d.Reason.Kind)).Select(Degraded),
        ];
        var now = clock.GetTimestamp();
        _downSince = connections.Any(c => c.IsConnected) || connections.All(c => c.Phase is ConnectionPhase.StandingBy) ? null : _downSince ?? now;
        if (!_toldDown && _downSince is { } down && clock.GetElapsedTime(down, now) >= DownLimit)
        {
            _toldDown = true;
            news.Add(Down(connections));
        }

        _wellSince = IsWell(connections) ? _wellSince ?? now : null;
        if ((_toldDown || _told.Count > 0) && _wellSince is { } well && clock.GetElapsedTime(well, now) >= WellFor)
        {
            _toldDown = false;
            _told.Clear();
            news.Add(Well());
        }

        return news;
    }

    private static bool IsWell(IReadOnlyList<ConnectionSnapshot> connections) =>
        connections.Any(c => c.IsConnected) && connections.All(c => c.Phase is ConnectionPhase.Connected or ConnectionPhase.StandingBy);

    private OperatorAlert Degraded(ConnectionPhase.Degraded phase) => Alert(
        AlertKind.Trouble,
        new($"{appId}: the long connection is in trouble", $"{appId}：长连接异常", $"{appId}：ロングコネクションに問題があります"),
        DisconnectWords.Of(phase.Reason.Kind),
        phase.Reason.Words);

    private OperatorAlert Down(IReadOnlyList<ConnectionSnapshot> connections) => Alert(
        AlertKind.Trouble,
        new($"{appId}: no long connection for {DownLimit.TotalMinutes} minutes", $"{appId}：长连接已中断 {DownLimit.TotalMinutes} 分钟", $"{appId}：ロングコネクションが {DownLimit.TotalMinutes} 分間切れています"),
        new(
            "Events and card clicks of this app do not arrive here over the long connection. The service goes on trying; this message is not repeated.",
            "该应用的事件和卡片点击目前无法通过长连接送达。服务会持续重试，此消息不会重复发送。",
            "このアプリのイベントとカードのクリックは、ロングコネクションでは届いていません。サービスは再試行を続けます。このメッセージは繰り返しません。"),
        connections.Select(c => c.Reason).FirstOrDefault(reason => reason is not null));

    private OperatorAlert Well() => Alert(
        AlertKind.AllClear,
        new($"{appId}: the long connection works again", $"{appId}：长连接已恢复", $"{appId}：ロングコネクションが復旧しました"),
        new("All connections of this app are well.", "该应用的所有连接均已恢复正常。", "このアプリの接続はすべて正常です。"),
        null);

    private OperatorAlert Alert(AlertKind kind, AlertText title, AlertText words, string? detail) =>
        new(kind, title, words, clock.GetUtcNow()) { Detail = detail };
}
