using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>Body of <c>PATCH …/records</c>: a filter and what to write into every record it finds, or records with their ids.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">In whose name.</param>
/// <param name="Filter">Which records; JSON or text.</param>
/// <param name="Record">What to write into them.</param>
/// <param name="Records">At most 500 objects with <c>_id</c>, all with the same columns.</param>
internal sealed record UpdateRecordsRequest(string? AppId, string? OpenId, JsonElement? Filter, JsonElement? Record, JsonElement? Records)
{
    public string? Fault()
    {
        if (Records is not null)
        {
            return Filter is not null || Record is not null
                ? "Give filter and record, or records with their _id: not both."
                : RecordInputs.FaultInRecords(Records) ?? RecordInputs.FaultInUpdates(Records.Value);
        }

        return Filter is null
            ? "filter is missing: it says which records are meant. Or give records, each with its _id."
            : RecordInputs.FaultInRecord(Record, "record") ?? (Record!.Value.TryGetProperty(RecordInputs.Id, out _) ? "record: _id tells records apart and cannot be written." : null);
    }

    /// <param name="table">Whose records.</param>
    /// <param name="filter">What became of <see cref="Filter"/>.</param>
    public UpdateRecords.Call To(TableName table, WrittenFilter? filter)
    {
        var values = Records ?? Record!.Value;
        return new(table, filter?.Text, values, [.. RecordInputs.ColumnsOf(values).Concat(filter?.Columns ?? []).Distinct(StringComparer.Ordinal)]);
    }
}
