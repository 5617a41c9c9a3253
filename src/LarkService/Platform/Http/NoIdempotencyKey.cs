namespace LarkService.Platform.Http;

/// <summary>Marks a route whose answer holds a secret, so that it is not kept: it takes no <c>Idempotency-Key</c>.</summary>
internal sealed class NoIdempotencyKey
{
    public static NoIdempotencyKey Here { get; } = new();
}
