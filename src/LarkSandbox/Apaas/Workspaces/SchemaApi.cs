using System.Text.Json.Nodes;
using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>The tables and the enums of a workspace: <c>…/tables</c>, <c>…/tables/:table_name</c>, <c>…/enums</c>, <c>…/enums/:enum_name</c>.</summary>
internal sealed class SchemaApi(WorkspaceStore workspaces)
{
    private const int UsualSize = 10;
    private const int LargestSize = 500;

    public IResult Tables(HttpContext http, string workspaceId) => ApaasAnswer.Of(() =>
        Page(http.Request, $"{workspaceId}/tables", [.. workspaces.Get(workspaceId).Database.All.Where(t => t.ViewSql is null).Select(WorkspaceViews.Of)]));

    public IResult Table(string workspaceId, string table) => ApaasAnswer.Of(() => WorkspaceViews.Of(workspaces.Get(workspaceId).Database.GetTable(table)));

    public IResult Enums(HttpContext http, string workspaceId) => ApaasAnswer.Of(() =>
        Page(http.Request, $"{workspaceId}/enums", [.. workspaces.Get(workspaceId).Enums.Select(e => WorkspaceViews.Of(e, asNumber: true))]));

    public IResult Enum(string workspaceId, string name) => ApaasAnswer.Of(() =>
        WorkspaceViews.Of(workspaces.Get(workspaceId).Enums.Find(e => e.Name == name) ?? throw new FormatException($"enum {name} does not exist"), asNumber: false));

    private static JsonObject Page(HttpRequest request, string list, IReadOnlyList<JsonObject> items)
    {
        var (size, offset) = (Paging.Size(request.Query["page_size"], UsualSize, LargestSize), Paging.Offset(request.Query["page_token"], list));
        var more = offset + size < items.Count;
        return new JsonObject
        {
            ["has_more"] = more,
            ["page_token"] = more ? Paging.Token(offset + size, list) : "",
            ["items"] = new JsonArray([.. items.Skip(offset).Take(size)]),
        };
    }
}
