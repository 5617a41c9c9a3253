using LarkService.Platform;

namespace LarkService.Grants.OAuth;

/// <summary>What an administrator must do about a code of the token endpoint, in plain words.</summary>
internal static class ConfigurationWords
{
    public static AlertText For(int code) => code switch
    {
        20002 => new(
            "The app's secret is wrong. Copy the App Secret from the developer console (Credentials & Basic Info) into Lark__Apps__…__AppSecret and restart.",
            "应用的 App Secret 不正确。请从开发者后台“凭证与基础信息”复制 App Secret 到 Lark__Apps__…__AppSecret 并重启。",
            "アプリの App Secret が正しくありません。開発者コンソールの「認証情報と基礎情報」から App Secret を Lark__Apps__…__AppSecret にコピーし、再起動してください。"),
        20009 => new(
            "The app is not installed in this company. Publish a version in the developer console and have an administrator install it.",
            "应用未在该企业安装。请在开发者后台发布版本，并由管理员安装。",
            "アプリがこの企業にインストールされていません。開発者コンソールでバージョンを公開し、管理者にインストールを依頼してください。"),
        20010 => new(
            "The app's availability does not include the user. Widen it in the developer console (Version Management, Availability) and publish.",
            "用户不在应用的可用范围内。请在开发者后台“版本管理与发布”中调整可用范围并发布。",
            "ユーザーがアプリの利用可能範囲に含まれていません。開発者コンソールの「バージョン管理とリリース」で範囲を広げ、公開してください。"),
        20024 => new(
            "A code of another app came back. Check that the redirect address belongs to this app only.",
            "收到其他应用的授权码。请检查重定向 URL 是否只属于本应用。",
            "別のアプリの認可コードが返されました。リダイレクト URL がこのアプリだけのものか確認してください。"),
        20048 => new(
            "The platform does not know the app. Check Lark__Apps__…__AppId and Lark__Apps__…__Brand.",
            "平台不存在该应用。请检查 Lark__Apps__…__AppId 和 Lark__Apps__…__Brand。",
            "プラットフォームにこのアプリが存在しません。Lark__Apps__…__AppId と Lark__Apps__…__Brand を確認してください。"),
        20069 => new(
            "The app is switched off. Have an administrator switch it on in the admin console (Workplace, App Management).",
            "应用未启用。请由管理员在管理后台“工作台 > 应用管理”中启用。",
            "アプリが無効になっています。管理コンソールの「ワークプレイス > アプリ管理」で有効にするよう管理者に依頼してください。"),
        20071 => new(
            "The redirect address differs from the page's. Register Authorization__RedirectUri, to the letter, in the developer console (Security Settings, Redirect URLs).",
            "重定向 URL 与授权页不一致。请在开发者后台“安全设置 > 重定向 URL”中登记与 Authorization__RedirectUri 完全相同的地址。",
            "リダイレクト URL が認可ページのものと異なります。Authorization__RedirectUri と完全に同じ URL を開発者コンソールの「セキュリティ設定 > リダイレクト URL」に登録してください。"),
        20074 => new(
            "The app may not refresh tokens. Switch on \"refresh user_access_token\" in the developer console (Security Settings) and publish a version.",
            "应用未开启刷新 user_access_token。请在开发者后台“安全设置”中打开“刷新 user_access_token”开关并发布版本。",
            "アプリはトークンを更新できません。開発者コンソールの「セキュリティ設定」で「user_access_token の更新」を有効にし、バージョンを公開してください。"),
        21000 or 21001 => new(
            "An access policy of the company keeps the app out. Ask the administrator to allow it.",
            "企业的访问策略拦截了该应用。请联系管理员放行。",
            "企業のアクセスポリシーがアプリを拒否しています。許可するよう管理者に依頼してください。"),
        _ => new(
            "This code is not expected from a healthy set-up. Compare the app's settings in the developer console with the service's; the platform's support wants the log id.",
            "正常配置下不应出现此错误码。请核对开发者后台与本服务的配置；联系平台支持时请提供 log id。",
            "正常な設定では発生しないコードです。開発者コンソールとこのサービスの設定を照合してください。プラットフォームのサポートには log id を伝えてください。"),
    };
}
