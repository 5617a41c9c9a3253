namespace LarkSandbox.Cards;

/// <summary>A brief notice, already in the person's language.</summary>
internal sealed record ToastView(string Type, string Content);
