namespace LarkService.Platform.Http;

/// <summary>Marks a route whose answers are somebody else's: an empty refusal stays empty.</summary>
internal sealed class HandedOn
{
    public static HandedOn Mark { get; } = new();
}
