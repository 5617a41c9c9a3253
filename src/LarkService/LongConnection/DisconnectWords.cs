using LarkService.Platform;

namespace LarkService.LongConnection;

/// <summary>What an operator can do about each <see cref="DisconnectKind"/>; the same table as in <c>docs/long-connection.md</c>.</summary>
internal static class DisconnectWords
{
    public static AlertText Of(DisconnectKind kind) => kind switch
    {
        DisconnectKind.CredentialsRefused => new(
            "The platform does not accept the App Secret. Compare AppId and AppSecret under Lark__Apps with the developer console, and restart the service.",
            "开放平台不接受 App Secret。请将 Lark__Apps 下的 AppId 和 AppSecret 与开发者后台核对，然后重启服务。",
            "プラットフォームが App Secret を受け付けません。Lark__Apps の AppId と AppSecret を開発者コンソールと照合し、サービスを再起動してください。"),
        DisconnectKind.Forbidden => new(
            "The platform does not let this app use the long connection. It must be a self-built app, enabled, and set to receive events through a long connection.",
            "开放平台不允许该应用使用长连接。应用必须是已启用的自建应用，并在后台设置为使用长连接接收事件。",
            "このアプリにはロングコネクションの利用が許可されていません。有効化された自社アプリであり、イベントをロングコネクションで受信する設定になっている必要があります。"),
        DisconnectKind.WrongBrand => new(
            "This app lives on the other platform. Set its Brand under Lark__Apps to Feishu or Lark accordingly, and restart the service.",
            "该应用属于另一个平台。请将 Lark__Apps 下的 Brand 相应改为 Feishu 或 Lark，然后重启服务。",
            "このアプリはもう一方のプラットフォームのものです。Lark__Apps の Brand を Feishu または Lark に合わせて変更し、サービスを再起動してください。"),
        DisconnectKind.CertificateUntrusted => new(
            "Whoever answers shows a TLS certificate that this machine does not trust. Check its clock, its certificate authorities, and a proxy that opens TLS.",
            "对方出示的 TLS 证书不受本机信任。请检查本机时钟、根证书以及会解密 TLS 的代理。",
            "接続先の TLS 証明書をこのマシンは信頼できません。時計、ルート証明書、TLS を復号するプロキシを確認してください。"),
        DisconnectKind.EndpointUnavailable or DisconnectKind.HandshakeRefused => new(
            "The platform refuses new connections. Look at its status page; the service goes on trying every minute.",
            "开放平台拒绝新的连接。请查看平台状态页，服务会每分钟重试。",
            "プラットフォームが新しい接続を拒否しています。稼働状況ページをご確認ください。サービスは 1 分ごとに再試行します。"),
        DisconnectKind.Silent or DisconnectKind.SendTimedOut => new(
            "Connections open and then carry nothing. Look for a firewall or proxy that drops idle or WebSocket traffic; the service goes on trying every minute.",
            "连接可以建立，但没有数据通过。请检查会丢弃空闲连接或 WebSocket 流量的防火墙或代理，服务会每分钟重试。",
            "接続は確立しますが、データが流れません。アイドル接続や WebSocket を破棄するファイアウォールやプロキシを確認してください。サービスは 1 分ごとに再試行します。"),
        DisconnectKind.Unexpected => new(
            "A fault of this service keeps the connection down. Its log says more; please report it.",
            "服务自身的错误导致连接中断。详情见日志，请反馈该问题。",
            "サービス自身の不具合により接続できません。詳細はログにあります。不具合としてご報告ください。"),
        _ => new(
            "The platform cannot be reached from this machine, or hangs up at once. Check DNS, firewall and HTTPS_PROXY; the service goes on trying every minute.",
            "本机无法连接开放平台，或连接后立即被断开。请检查 DNS、防火墙和 HTTPS_PROXY，服务会每分钟重试。",
            "このマシンからプラットフォームに接続できないか、すぐに切断されます。DNS、ファイアウォール、HTTPS_PROXY を確認してください。サービスは 1 分ごとに再試行します。"),
    };
}
