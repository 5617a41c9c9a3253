using System.Text.Json;

namespace LarkService.Apaas.Workspaces;

/// <summary>Body of <c>POST …/sql</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">In whose name.</param>
/// <param name="Sql">One statement.</param>
/// <param name="Params">There are none: only here to be told so.</param>
internal sealed record SqlRequest(string? AppId, string? OpenId, string? Sql, JsonElement? Params)
{
    public string? Fault() => Params is not null
        ? "The platform takes SQL as one text, without parameters, and nothing is pasted into it here. Pass values with the record routes (…/tables/{table}/records)."
        : SqlStatement.FaultIn(Sql);
}
