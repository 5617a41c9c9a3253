namespace LarkSandbox.Cards;

/// <summary>The error a person sees when the app did not answer as it should.</summary>
internal sealed record ClickError(int Code, string Message);
