using System.Text.Json.Nodes;

namespace LarkSandbox.Wire;

/// <summary>One thing that crossed the wire, as the page explains it.</summary>
internal sealed record WireEntry
{
    public long Id { get; init; }

    public long At { get; init; }

    public required string Channel { get; init; }

    public required string Direction { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public int? Status { get; init; }

    public long Bytes { get; init; }

    public long? DurationMs { get; init; }

    public string? Connection { get; init; }

    public required string Explain { get; init; }

    public IReadOnlyList<IReadOnlyList<string>>? Headers { get; init; }

    public JsonNode? Request { get; init; }

    public JsonNode? Response { get; init; }
}
