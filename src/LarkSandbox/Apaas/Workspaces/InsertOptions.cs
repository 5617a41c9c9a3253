namespace LarkSandbox.Apaas.Workspaces;

/// <summary>How records are added: the query's <c>columns</c> and <c>on_conflict</c>, and the header <c>Prefer</c>.</summary>
internal sealed record InsertOptions(IReadOnlyList<string>? Columns, IReadOnlyList<string> OnConflict, bool MissingIsDefault, ConflictResolution? Resolution)
{
    /// <summary>A record as it comes; what is missing has its default.</summary>
    public static InsertOptions Plain { get; } = new(null, [], MissingIsDefault: true, null);

    public static InsertOptions Of(HttpRequest request)
    {
        var prefer = request.Headers["Prefer"].SelectMany(v => Words(v)).ToList();
        return new(
            Words(request.Query["columns"]) is { Count: > 0 } columns ? columns : null,
            Words(request.Query["on_conflict"]),
            prefer.Contains("missing=default"),
            prefer.Contains("resolution=merge-duplicates") ? ConflictResolution.Merge
            : prefer.Contains("resolution=ignore-conflicts") || prefer.Contains("resolution=ignore-duplicates") ? ConflictResolution.Ignore
            : null);
    }

    private static List<string> Words(string? text) => [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
