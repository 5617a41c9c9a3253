namespace LarkService.Apaas.Ai;

/// <summary>Limits of Aily (aily-v1, message create).</summary>
internal static class AilyLimits
{
    /// <summary>Characters of one message. The page does not say what counts as one; UTF-16 units are the strictest reading.</summary>
    public const int MaxMessageChars = 61_440;

    /// <summary>Characters of <c>idempotent_id</c>; it is remembered for 72 hours.</summary>
    public const int MaxIdempotentIdChars = 64;
}
