namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>A request may have done what it was for, although its answer does not say so.</summary>
internal static class Outcomes
{
    private static readonly object Unknown = new();

    /// <summary>The call was or may have been sent, and its answer was lost: with an <c>Idempotency-Key</c> it is not made again.</summary>
    public static void MarkUnknown(HttpContext http) => http.Items[Unknown] = true;

    public static bool IsUnknown(HttpContext http) => http.Items.ContainsKey(Unknown);
}
