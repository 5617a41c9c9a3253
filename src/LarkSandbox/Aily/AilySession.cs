namespace LarkSandbox.Aily;

/// <summary>One conversation with the AI: its messages and runs, owned by whoever started it.</summary>
internal sealed class AilySession
{
    public required string Id { get; init; }

    /// <summary>The person it belongs to; null = the app itself.</summary>
    public required string? OwnerOpenId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ModifiedAt { get; set; }

    public string? ChannelContext { get; set; }

    public string? Metadata { get; set; }

    public List<AilyMessage> Messages { get; } = [];

    public List<AilyRun> Runs { get; } = [];

    public Lock Gate { get; } = new();
}
