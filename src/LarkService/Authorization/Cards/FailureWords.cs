using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>Why a session failed, as far as it helps the person: what they can do, or whom to tell. The table of codes is in the platform's OAuth pages.</summary>
internal static class FailureWords
{
    private static readonly LocalizedText NotReached = new(
        "Feishu/Lark did not answer in time. Nothing was stored; please try again in a moment.",
        "飞书/Lark 未及时响应，未保存任何信息，请稍后重试。",
        "Feishu/Lark から時間内に応答がありませんでした。何も保存されていません。しばらくしてからもう一度お試しください。");

    private static readonly LocalizedText NotForYou = new(
        "You are not among the people who may use this app. Nothing was stored. Please ask your administrator to let you use it, then try again.",
        "你不在此应用的可用范围内，未保存任何信息。请联系管理员为你开通后重试。",
        "このアプリの利用可能範囲に含まれていません。何も保存されていません。管理者に利用の許可を依頼してから、もう一度お試しください。");

    private static readonly LocalizedText NotYourAccount = new(
        "Feishu/Lark says that your account cannot be used for this now. Nothing was stored. Please ask your administrator.",
        "飞书/Lark 表示你的账号目前无法授权，未保存任何信息。请联系管理员。",
        "現在このアカウントでは認可できないと Feishu/Lark から回答がありました。何も保存されていません。管理者にお問い合わせください。");

    private static readonly LocalizedText AppIsOff = new(
        "This app is not installed or not switched on in your company. Nothing was stored. Please ask your administrator, then try again.",
        "此应用在你的企业中未安装或未启用，未保存任何信息。请联系管理员处理后重试。",
        "このアプリは、あなたの企業でインストールされていないか、有効になっていません。何も保存されていません。管理者に連絡してから、もう一度お試しください。");

    private static readonly LocalizedText AppMayNot = new(
        "This app itself is not allowed to ask for this. It is not your doing, and nothing was stored. An administrator has to enable the permission first.",
        "此应用本身尚未开通所需权限，与你的操作无关，未保存任何信息。需要管理员先开通权限。",
        "このアプリ自体に、必要な権限がありません。あなたの操作に問題はなく、何も保存されていません。まず管理者が権限を有効にする必要があります。");

    private static readonly LocalizedText SetUpWrong = new(
        "This app is not set up correctly. It is not your doing, and nothing was stored. Please tell your administrator the reference below.",
        "此应用的配置有误，与你的操作无关，未保存任何信息。请将下方编号告知管理员。",
        "このアプリの設定に問題があります。あなたの操作に問題はなく、何も保存されていません。下の参照番号を管理者にお伝えください。");

    private static readonly LocalizedText NotAccepted = new(
        "Feishu/Lark did not accept the authorization. Nothing was stored. If it happens again, tell your administrator the reference below.",
        "飞书/Lark 未接受此次授权，未保存任何信息。如再次出现，请将下方编号告知管理员。",
        "Feishu/Lark が今回の認可を受け付けませんでした。何も保存されていません。再び起こる場合は、下の参照番号を管理者にお伝えください。");

    private static readonly LocalizedText UsedByOthers = new(
        "The link was used by other people several times, so it was closed. Nothing was stored.",
        "该链接多次被其他人使用，已关闭，未保存任何信息。",
        "リンクが別の方に何度も使われたため、閉じられました。何も保存されていません。");

    private static readonly Dictionary<string, LocalizedText> ByCode = new(StringComparer.Ordinal)
    {
        [SessionErrors.WrongPerson] = UsedByOthers,
        [SessionErrors.PlatformUnavailable] = NotReached,
        [SessionErrors.Platform(20050)] = NotReached,
        [SessionErrors.Platform(20072)] = NotReached,
        [SessionErrors.Platform(20010)] = NotForYou,
        [SessionErrors.Platform(20008)] = NotYourAccount,
        [SessionErrors.Platform(20021)] = NotYourAccount,
        [SessionErrors.Platform(20022)] = NotYourAccount,
        [SessionErrors.Platform(20066)] = NotYourAccount,
        [SessionErrors.Platform(20009)] = AppIsOff,
        [SessionErrors.Platform(20069)] = AppIsOff,
        [SessionErrors.Platform(20027)] = AppMayNot,
        [SessionErrors.Platform(99991672)] = AppMayNot,
        [SessionErrors.Platform(20002)] = SetUpWrong,
        [SessionErrors.Platform(20024)] = SetUpWrong,
        [SessionErrors.Platform(20029)] = SetUpWrong,
        [SessionErrors.Platform(20048)] = SetUpWrong,
        [SessionErrors.Platform(20071)] = SetUpWrong,
    };

    public static LocalizedText For(string? errorCode) => ByCode.GetValueOrDefault(errorCode ?? "", NotAccepted);
}
