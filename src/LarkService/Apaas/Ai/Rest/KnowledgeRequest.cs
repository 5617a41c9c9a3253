namespace LarkService.Apaas.Ai.Rest;

/// <summary>Body of <c>POST /api/v1/ai/knowledge/ask</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">In whose name.</param>
/// <param name="Message">The question, at most 65,535 characters.</param>
/// <param name="DataAssetIds">Where to look; null: everywhere.</param>
/// <param name="DataAssetTagIds">The same by tag.</param>
internal sealed record KnowledgeRequest(string? AppId, string? OpenId, string? Message, IReadOnlyList<string>? DataAssetIds, IReadOnlyList<string>? DataAssetTagIds)
{
    private const int LongestMessage = 65_535;
    private const int MostIds = 100;

    public string? Fault() => this switch
    {
        { Message: null } => "message is missing: say what to ask.",
        _ when string.IsNullOrWhiteSpace(Message) => "message is empty: say what to ask.",
        { Message.Length: > LongestMessage } => $"message has {Message.Length} characters: at most {LongestMessage} are taken.",
        _ => FaultIn(DataAssetIds, "dataAssetIds") ?? FaultIn(DataAssetTagIds, "dataAssetTagIds"),
    };

    private static string? FaultIn(IReadOnlyList<string>? ids, string field) => ids switch
    {
        { Count: > MostIds } => $"{field} has {ids.Count} entries: at most {MostIds} are taken.",
        not null when ids.Any(string.IsNullOrWhiteSpace) => $"{field} holds an empty id.",
        _ => null,
    };
}
