using System.Globalization;
using System.Text.Json;

namespace LarkService.Apaas.Ai;

/// <summary>One piece of thinking of Aily. A session has at most one that is active.</summary>
/// <param name="Id"><c>run_…</c></param>
/// <param name="Status">Decides alone: the platform fills <c>ended_at</c> and <c>error</c> of active runs, too.</param>
/// <param name="CreatedAt">By the platform's clock; null when it gave none.</param>
/// <param name="Metadata">What its creator wrote into it.</param>
/// <param name="Error">Aily's own words for a failure, for the log.</param>
internal sealed record AilyRun(string Id, AilyRunStatus Status, DateTimeOffset? CreatedAt, string? Metadata, string? Error)
{
    public bool IsActive => Status is AilyRunStatus.Queued or AilyRunStatus.InProgress or AilyRunStatus.RequiresMessage;

    public static AilyRun From(JsonElement json) => new(
        json.Text("id") ?? "",
        StatusFrom(json.Text("status")),
        long.TryParse(json.Text("created_at"), CultureInfo.InvariantCulture, out var ms) ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
        json.Text("metadata"),
        json.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? $"{error.Text("code")} {error.Text("message")}" : null);

    private static AilyRunStatus StatusFrom(string? status) => status switch
    {
        "QUEUED" => AilyRunStatus.Queued,
        "IN_PROGRESS" => AilyRunStatus.InProgress,
        "REQUIRES_MESSAGE" => AilyRunStatus.RequiresMessage,
        "COMPLETED" => AilyRunStatus.Completed,
        "FAILED" => AilyRunStatus.Failed,
        "CANCELLED" => AilyRunStatus.Cancelled,
        "EXPIRED" => AilyRunStatus.Expired,
        _ => AilyRunStatus.InProgress, // a word of a later version: our own time limit ends the wait
    };
}

/// <summary>How far a run is.</summary>
internal enum AilyRunStatus
{
    Queued,
    InProgress,

    /// <summary>Aily waits for another message.</summary>
    RequiresMessage,

    Completed,
    Failed,
    Cancelled,
    Expired,
}
