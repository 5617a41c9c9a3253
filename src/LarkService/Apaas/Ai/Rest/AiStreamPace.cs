namespace LarkService.Apaas.Ai.Rest;

/// <summary>The times of an answer that is read as a stream.</summary>
internal sealed record AiStreamPace
{
    /// <summary>After so long without a word a comment is sent, so that nobody between us and the caller takes the line for dead.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>So long a run goes on after its reader left: whoever comes back in time reads on.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);
}
