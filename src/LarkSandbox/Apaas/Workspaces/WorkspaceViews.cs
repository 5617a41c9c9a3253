using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>Tables and enums as the API shows them.</summary>
internal static class WorkspaceViews
{
    public static JsonObject Of(Table table) => new()
    {
        ["name"] = table.Name,
        ["description"] = table.Description,
        ["columns"] = new JsonArray([.. table.Columns.Select(Of)]),
    };

    /// <summary>The list shows the time as a number, the single one as a text.</summary>
    public static JsonObject Of(WorkspaceEnum words, bool asNumber) => new()
    {
        ["name"] = words.Name,
        ["description"] = words.Description,
        ["options"] = new JsonArray([.. words.Options.Select(o => JsonValue.Create(o))]),
        ["created_at"] = asNumber ? JsonValue.Create(words.CreatedAt.ToUnixTimeMilliseconds()) : JsonValue.Create(Envelopes.Milliseconds(words.CreatedAt)),
    };

    private static JsonObject Of(Column column) => new()
    {
        ["name"] = column.Name,
        ["description"] = column.Description,
        ["data_type"] = column.DataType,
        ["is_primary_key"] = column.IsKey,
        ["is_unique"] = column.IsUnique || column.IsKey,
        ["is_auto_increment"] = false,
        ["is_array"] = false,
        ["is_allow_null"] = !column.IsRequired,
        ["default_value"] = column.DefaultSql ?? "",
    };
}
