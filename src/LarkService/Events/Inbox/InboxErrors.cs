using System.Text;
using LarkService.Platform;

namespace LarkService.Events.Inbox;

/// <summary>Why an event failed, as it is kept for an operator: one line, without what looks like a secret.</summary>
internal static class InboxErrors
{
    public const int MaxLength = 500;

    public static string Of(Exception e)
    {
        var words = Redaction.Clean($"{e.GetType().Name}: {e.Message}").ReplaceLineEndings(" ").Replace("\0", "", StringComparison.Ordinal);
        return Whole(words.Length <= MaxLength ? words : string.Concat(words.AsSpan(0, MaxLength - 1), "…"));
    }

    // Half a surrogate pair, left by the cut or there before, becomes U+FFFD: a database takes no such text.
    private static string Whole(string words) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(words));
}
