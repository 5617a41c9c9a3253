namespace LarkSandbox.Cards;

/// <summary>What the person sees after a click: a toast, an error, or nothing.</summary>
internal sealed record ClickResult(ToastView? Toast, ClickError? Error)
{
    public static ClickResult Failed(int code, string message) => new(null, new(code, message));
}
