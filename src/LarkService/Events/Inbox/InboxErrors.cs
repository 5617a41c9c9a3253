using LarkService.Platform;

namespace LarkService.Events.Inbox;

/// <summary>Why an event failed, as it is kept for an operator: one line, without what looks like a secret.</summary>
internal static class InboxErrors
{
    public const int MaxLength = 500;

    public static string Of(Exception e)
    {
        var words = Redaction.Clean($"{e.GetType().Name}: {e.Message}").ReplaceLineEndings(" ").Replace("\0", "", StringComparison.Ordinal);
        return words.Length <= MaxLength ? words : string.Concat(words.AsSpan(0, MaxLength - 1), "…");
    }
}
