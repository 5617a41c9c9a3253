using LarkService.Authorization.Chat;
using LarkService.Grants;
using LarkService.Messaging;

namespace LarkService.Authorization.Cards;

/// <summary>By whom a grant was taken back, and what that means.</summary>
internal static class RevokedWords
{
    /// <param name="by">See <see cref="RevokedBy"/>.</param>
    /// <param name="reason">See <see cref="RevokeReasons"/>.</param>
    public static LocalizedText For(string by, string? reason) => (by, reason) switch
    {
        (RevokedBy.User, _) => new(
            "You took your authorization back. Your tokens were deleted; nothing more will be done in your name.",
            "你已撤销授权，令牌已删除，此后不会再以你的名义执行任何操作。",
            "ご自身で認可を取り消しました。トークンは削除され、今後あなたの名義で操作が行われることはありません。"),
        (RevokedBy.Platform, RevokeReasons.User) => new(
            "You took your authorization back in Feishu/Lark. Your tokens were deleted; nothing more will be done in your name.",
            "你已在飞书/Lark 撤销授权，令牌已删除，此后不会再以你的名义执行任何操作。",
            "Feishu/Lark でご自身が認可を取り消しました。トークンは削除され、今後あなたの名義で操作が行われることはありません。"),
        (RevokedBy.Platform, RevokeReasons.Administrator) => new(
            "Your administrator took your authorization back in Feishu/Lark. Your tokens were deleted.",
            "管理员已在飞书/Lark 撤销你的授权，令牌已删除。",
            "管理者が Feishu/Lark であなたの認可を取り消しました。トークンは削除されました。"),
        (RevokedBy.Platform, RevokeReasons.Security) => new(
            "Feishu/Lark took your authorization back for security reasons. Your tokens were deleted.",
            "飞书/Lark 因安全风控撤销了你的授权，令牌已删除。",
            "セキュリティ上の理由により、Feishu/Lark があなたの認可を取り消しました。トークンは削除されました。"),
        (RevokedBy.Platform, RevokeReasons.Restriction) => new(
            "Feishu/Lark took your authorization back: you or this app may no longer use it. Your tokens were deleted.",
            "因你或此应用的使用受到限制，飞书/Lark 已撤销授权，令牌已删除。",
            "あなたまたはこのアプリの利用が制限されたため、Feishu/Lark が認可を取り消しました。トークンは削除されました。"),
        (RevokedBy.Platform, _) => new(
            "Feishu/Lark reports that your authorization was taken back. Your tokens were deleted.",
            "飞书/Lark 通知你的授权已被撤销，令牌已删除。",
            "あなたの認可が取り消されたと Feishu/Lark から通知がありました。トークンは削除されました。"),
        _ => new(
            "An administrator removed your authorization. Your tokens were deleted.",
            "管理员已移除你的授权，令牌已删除。",
            "管理者があなたの認可を削除しました。トークンは削除されました。"),
    };
}
