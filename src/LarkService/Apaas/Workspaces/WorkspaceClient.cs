using System.Text.Json;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Workspaces;

/// <summary>
/// A workspace's SQL, tables and records with the user's token, ten calls a second for an app and company. Values travel as JSON or inside
/// a filter, never as SQL; names have been checked before they come here.
/// </summary>
internal sealed class WorkspaceClient(IUserCalls calls)
{
    /// <returns>The rows; null when the statement brings none.</returns>
    public async Task<JsonElement?> SqlAsync(UserKey user, string workspaceId, string sql, CancellationToken ct) =>
        WrappedJson.Read(await SendAsync(user, WorkspaceScopes.Sql, HttpMethod.Post, $"{Workspace(workspaceId)}/sql_commands", new { sql }, ct), "result");

    public async Task<Page<Table>> TablesAsync(UserKey user, string workspaceId, int limit, string? cursor, CancellationToken ct)
    {
        var data = await ReadAsync(user, WorkspaceScopes.ReadTables, $"{Workspace(workspaceId)}/tables{Query([("page_size", $"{limit}"), ("page_token", cursor)])}", ct);
        return new([.. data.Items("items").Select(Table.From)], data.Is("has_more"), Cursor(data));
    }

    public async Task<Table> TableAsync(UserKey user, TableName table, CancellationToken ct) =>
        Table.From(await ReadAsync(user, WorkspaceScopes.ReadTables, Path(table), ct));

    public async Task<(Page<JsonElement> Page, int? Total)> RecordsAsync(UserKey user, ListRecords.Call call, CancellationToken ct)
    {
        var query = Query(
            [("page_size", $"{call.Limit}"), ("page_token", call.Cursor), ("select", Joined(call.Select)), ("filter", call.Filter), ("order", Joined(call.Order))]);
        var data = await ReadAsync(user, WorkspaceScopes.ReadRecords, $"{Path(call.Table)}/records{query}", ct);
        var items = WrappedJson.Read(data, "items") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
        return (new(items, data.Is("has_more"), Cursor(data)), data.Number("total"));
    }

    /// <returns>The new records' ids, and those of the ones that were changed instead.</returns>
    public async Task<JsonElement?> CreateAsync(UserKey user, CreateRecords.Call call, CancellationToken ct)
    {
        var query = Query([("columns", Joined(call.Columns)), ("on_conflict", Joined(call.OnConflict))]);
        return Ids(await SendAsync(
            user, WorkspaceScopes.WriteRecords, HttpMethod.Post, $"{Path(call.Table)}/records{query}", new { records = Wrapped(call.Records) }, ct, call.Prefer));
    }

    /// <summary>Writes the same into every record that the filter finds.</summary>
    public async Task<JsonElement?> UpdateAsync(UserKey user, TableName table, string filter, JsonElement record, CancellationToken ct) => Ids(await SendAsync(
        user, WorkspaceScopes.WriteRecords, HttpMethod.Patch, $"{Path(table)}/records{Query([("filter", filter)])}", new { record = Wrapped(record) }, ct));

    /// <summary>Writes each record by its <c>_id</c>.</summary>
    public async Task<JsonElement?> UpdateEachAsync(UserKey user, TableName table, JsonElement records, CancellationToken ct) => Ids(await SendAsync(
        user, WorkspaceScopes.WriteRecords, HttpMethod.Patch, $"{Path(table)}/records_batch_update", new { records = Wrapped(records) }, ct));

    public Task DeleteAsync(UserKey user, TableName table, string filter, CancellationToken ct) =>
        SendAsync(user, WorkspaceScopes.WriteRecords, HttpMethod.Delete, $"{Path(table)}/records{Query([("filter", filter)])}", body: null, ct);

    /// <summary>Either of two scopes will do, so nothing is asked for before the platform has said that both are missing.</summary>
    private async Task<JsonElement> ReadAsync(UserKey user, ScopeSet least, string path, CancellationToken ct)
    {
        try
        {
            return (await calls.SendAsync(user, ScopeSet.Empty, HttpMethod.Get, path, body: null, repeatable: true, ct)).Data;
        }
        catch (ConsentRequiredException e) when (e.Gap.MissingScopes.Count == 0)
        {
            throw new ConsentRequiredException(e.User, e.Gap with { MissingScopes = least });
        }
    }

    /// <summary>Somebody's triggers and rows beyond number may be behind it, so it has the time that a function has.</summary>
    private async Task<JsonElement> SendAsync(UserKey user, ScopeSet scopes, HttpMethod method, string path, object? body, CancellationToken ct, string? prefer = null) =>
        (await calls.SendAsync(user, scopes, method, path, body, repeatable: false, ct, prefer, takesLong: true)).Data;

    private static string Workspace(string id) => $"/open-apis/apaas/v1/workspaces/{Uri.EscapeDataString(id)}";

    private static string Path(TableName table) => $"{Workspace(table.WorkspaceId)}/tables/{Uri.EscapeDataString(table.Name)}";

    private static string Query(IEnumerable<(string Name, string? Value)> parameters) =>
        string.Join('&', parameters.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}")) is { Length: > 0 } query ? "?" + query : "";

    private static string? Joined(IReadOnlyList<string>? names) => names is null ? null : string.Join(',', names);

    private static string Wrapped(JsonElement json) => JsonSerializer.Serialize(json, WireJson.Options);

    private static string? Cursor(JsonElement data) => data.Is("has_more") ? data.Words("page_token") : null;

    private static JsonElement? Ids(JsonElement data) => WrappedJson.Read(data, "record_ids");

    /// <summary>Part of a list, in the platform's order.</summary>
    /// <param name="Items">What the page holds.</param>
    /// <param name="HasMore">There is another one.</param>
    /// <param name="NextCursor">Hand it back for that one.</param>
    internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore, string? NextCursor);
}
