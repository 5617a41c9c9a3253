using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>Body of <c>POST …/records</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">In whose name.</param>
/// <param name="Records">At most 500 objects: a value for each column.</param>
/// <param name="Columns">Writes these only; null for all that the records have.</param>
/// <param name="OnConflict">Columns that tell that a record is there already; null for the primary key.</param>
/// <param name="Resolution">What becomes of such a record: <c>merge-duplicates</c> changes the old one, <c>ignore-conflicts</c> leaves it.</param>
/// <param name="Missing"><c>default</c>: what a record leaves out gets the column's default.</param>
internal sealed record CreateRecordsRequest(
    string? AppId, string? OpenId, JsonElement? Records, IReadOnlyList<string>? Columns, IReadOnlyList<string>? OnConflict, string? Resolution, string? Missing)
{
    private static readonly string[] Resolutions = ["merge-duplicates", "ignore-conflicts"];

    public string? Fault() =>
        RecordInputs.FaultInRecords(Records)
        ?? RecordInputs.FaultInColumns(Columns, "columns")
        ?? RecordInputs.FaultInColumns(OnConflict, "onConflict")
        ?? (Resolution is not null && !Resolutions.Contains(Resolution) ? $"resolution is one of: {string.Join(", ", Resolutions)}." : null)
        ?? (Missing is not null and not "default" ? "missing is 'default', or left out." : null)
        ?? (OnConflict is not null && Resolution is null ? "onConflict needs a resolution: merge-duplicates or ignore-conflicts." : null);

    public CreateRecords.Call To(TableName table) => new(
        table, Records!.Value, Columns, OnConflict, Prefer(), [.. RecordInputs.ColumnsOf(Records.Value).Concat(Columns ?? []).Concat(OnConflict ?? []).Distinct(StringComparer.Ordinal)]);

    private string? Prefer()
    {
        string?[] said = [Missing is null ? null : $"missing={Missing}", Resolution is null ? null : $"resolution={Resolution}"];
        return string.Join(", ", said.OfType<string>()) is { Length: > 0 } prefer ? prefer : null;
    }
}
