namespace LarkSandbox.Faults;

/// <summary>What happens to frames that the network would have let through. Shares are percentages, 0–100.</summary>
internal sealed record FrameConditions
{
    public static readonly FrameConditions Perfect = new();

    /// <summary>Share of pushes that get lost; of a split one, a single packet.</summary>
    public double PushLoss { get; init; }

    /// <summary>Share of acks that never arrive.</summary>
    public double AckLoss { get; init; }

    /// <summary>Share of pongs that get lost.</summary>
    public double PongLoss { get; init; }

    /// <summary>Share of events that are pushed twice at once.</summary>
    public double Duplicates { get; init; }

    /// <summary>Pushes are held back up to so long, at random, and so overtake each other.</summary>
    public TimeSpan ReorderWithin { get; init; }
}
