namespace LarkService.Platform;

/// <summary>Tells the operators, in their chat, what they would find too late in a log. Whoever calls never waits.</summary>
internal interface IOperatorAlerts
{
    /// <summary>Takes the alert along and returns at once; nothing happens when no chat is configured.</summary>
    void Tell(OperatorAlert alert);
}

/// <summary>One message to the operators: plain words in every language, never a secret.</summary>
/// <param name="Kind">Trouble, or its end.</param>
/// <param name="Title">One line.</param>
/// <param name="Words">What it means, and what to do.</param>
/// <param name="At">When it happened; it may be told later.</param>
internal sealed record OperatorAlert(AlertKind Kind, AlertText Title, AlertText Words, DateTimeOffset At)
{
    /// <summary>What the platform or the network said, as it is.</summary>
    public string? Detail { get; init; }

    /// <summary>What it is about: replicas that tell the same within an hour are told of once. Null: it stands by itself.</summary>
    public string? Key { get; init; }
}

/// <summary>The same in English, Chinese and Japanese.</summary>
internal sealed record AlertText(string En, string Zh, string Ja);

/// <summary>What an alert is about.</summary>
internal enum AlertKind
{
    /// <summary>Somebody should look.</summary>
    Trouble,

    /// <summary>What was told before is over.</summary>
    AllClear,
}
