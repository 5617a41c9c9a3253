namespace LarkSandbox.Aily;

/// <summary>A message in a conversation; the assistant's belong to the run that wrote them.</summary>
internal sealed record AilyMessage(string Id, string? IdempotentId, bool FromAssistant, string ContentType, string Content, string? RunId, DateTimeOffset CreatedAt)
{
    public bool Complete { get; init; } = true;
}
