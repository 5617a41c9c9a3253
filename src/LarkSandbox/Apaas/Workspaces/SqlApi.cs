using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Apaas.Tables;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>
/// <c>POST /open-apis/apaas/v1/workspaces/:workspace_id/sql_commands</c>: one statement. Its rows come as JSON in a string, which is
/// empty when there are none to show. The dialect is SQLite's.
/// </summary>
internal sealed class SqlApi(WorkspaceStore workspaces)
{
    private const int LongestSql = 100_000;

    public async Task<IResult> HandleAsync(HttpContext http, string workspaceId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return ApaasAnswer.Of(() =>
        {
            var database = workspaces.Get(workspaceId).Database;
            var sql = ApaasBody.Required(body, "sql");
            if (sql.Length > LongestSql || sql.Contains('\0', StringComparison.Ordinal))
            {
                throw new FormatException(FormattableString.Invariant($"sql is at most {LongestSql} characters, without a NUL"));
            }

            var rows = database.Use(Caller.Of(http).OpenId!, commands =>
            {
                OneStatement.Demand(commands.Connection, sql);
                return commands.RowsIfAny(sql);
            });
            return new JsonObject { ["result"] = rows is null ? "" : Json.Write(rows) };
        });
    }
}
