namespace LarkService.Messaging;

/// <summary>What the platform takes in one card (im-v1 message create and patch; card JSON 2.0 structure page).</summary>
internal static class CardLimits
{
    /// <summary>Bytes of the card's JSON in UTF-8. The platform says "30 KB"; the smaller reading of it is safe with both.</summary>
    public const int MaxBytes = 30_000;

    /// <summary>Elements, counted with those inside others.</summary>
    public const int MaxElements = 200;

    /// <summary>How long after sending a card can be changed.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(14);
}
