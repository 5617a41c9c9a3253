namespace LarkService.Messaging;

/// <summary>Codes of the message APIs. Source: im-v1 message create, reply, patch and delete; general to all of them unless said.</summary>
internal static class MessageErrors
{
    public const int BotNotInGroup = 230002;
    public const int BotSwitchedOff = 230006;
    public const int Recalled = 230011;

    /// <summary>Outside the range of people who may use the bot, or resigned.</summary>
    public const int UserOutOfRange = 230013;

    /// <summary>More than 5 messages a second to one chat.</summary>
    public const int TooFrequent = 230020;

    public const int ContentRefused = 230022;
    public const int ContentTooLong = 230025;
    public const int NoPermission = 230027;
    public const int ContentAuditRefused = 230028;
    public const int UserResigned = 230029;

    /// <summary>Patch: sent more than 14 days ago.</summary>
    public const int TooOld = 230031;

    public const int ReceiverInvalid = 230034;
    public const int MayNotSpeak = 230035;
    public const int OtherTenant = 230038;

    /// <summary>It is on its way; the same call may succeed a moment later.</summary>
    public const int BeingSent = 230049;

    public const int UserWantsNoMessages = 230053;
    public const int CardRefused = 230099;
    public const int Deleted = 230110;
    public const int ChatDissolved = 232009;

    /// <summary>The message exists no more: do not change or answer it, send a new one.</summary>
    public static bool IsGone(int code) => code is Recalled or Deleted;

    /// <summary>The message can no longer be changed, for whatever reason: send a new one.</summary>
    public static bool CannotBeChanged(int code) => IsGone(code) || code == TooOld;

    /// <summary>This person or chat cannot be written to, now or later, by anything we do.</summary>
    public static bool CannotBeReached(int code) => code
        is BotNotInGroup or BotSwitchedOff or UserOutOfRange or UserResigned or ReceiverInvalid or MayNotSpeak or OtherTenant
        or UserWantsNoMessages or ChatDissolved;

    /// <summary>The words are the trouble: another text may pass.</summary>
    public static bool IsContentRefused(int code) => code is ContentRefused or ContentAuditRefused or ContentTooLong or CardRefused;

    /// <summary>Waiting a little cures it.</summary>
    public static bool IsPassing(int code) => code is TooFrequent or BeingSent;
}
