using System.Text.Json.Nodes;

namespace LarkService.Events.Callbacks;

/// <summary>The toasts of this feature itself, for when no handler speaks. The client picks the language; English is the fallback.</summary>
internal static class CallbackToasts
{
    public static JsonObject StillWorking => Of("info", "Still working on it. If nothing changes in a few minutes, please try again", "仍在处理中，如几分钟后仍无变化，请重试", "処理を続けています。数分たっても変わらない場合は、もう一度お試しください");

    public static JsonObject NotUnderstood => Of("warning", "This button is no longer understood. Please ask for a new card", "此按钮已失效，请重新获取卡片", "このボタンは使えなくなりました。新しいカードを取得してください");

    public static JsonObject Failed => Of("error", "That did not work. Please try again in a moment", "操作失败，请稍后重试", "うまくいきませんでした。しばらくしてからもう一度お試しください");

    public static JsonObject Busy => Of("warning", "Too much is going on just now. Please try again in a moment", "当前操作过多，请稍后重试", "ただいま混み合っています。しばらくしてからもう一度お試しください");

    /// <param name="type"><c>info</c>, <c>success</c>, <c>warning</c> or <c>error</c>.</param>
    /// <param name="en">English.</param>
    /// <param name="zh">Chinese.</param>
    /// <param name="ja">Japanese.</param>
    public static JsonObject Of(string type, string en, string zh, string ja) => new()
    {
        ["type"] = type,
        ["content"] = en,
        ["i18n"] = new JsonObject { ["zh_cn"] = zh, ["en_us"] = en, ["ja_jp"] = ja },
    };
}
