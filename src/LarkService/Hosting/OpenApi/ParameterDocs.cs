namespace LarkService.Hosting.OpenApi;

/// <summary>What parameters of a name mean wherever they stand; a <see cref="RouteDoc"/> says where one means something else.</summary>
internal static class ParameterDocs
{
    /// <summary>Laid over what the framework knows; JSON by name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["appId"] = """{"description": "Which app; without it the first configured one, in lists all of them.", "example": "cli_5a4d9b0c7e1f2306"}""",
        ["openId"] = """{"description": "The user's open_id, as the app sees them.", "example": "ou_c245b0a7dff2725cfa2fb104f8b48b9d"}""",
        ["cursor"] = """{"description": "`nextCursor` of the page before, unchanged."}""",
        ["limit"] = """{"description": "Items of a page.", "schema": {"minimum": 1, "maximum": 200}}""",
        ["pageSize"] = """{"description": "Items of a page.", "schema": {"minimum": 1, "maximum": 500}}""",
        ["workspaceId"] = """{"description": "As in the address of the data platform.", "schema": {"pattern": "^workspace_[0-9A-Za-z_]{1,80}$"}, "example": "workspace_aadimx5uzpsls"}""",
        ["table"] = """{"description": "The table's name.", "example": "tasks"}""",
        ["namespace"] = """{"description": "Of the aPaaS app, as in its address.", "example": "package_a1b2c3__c"}""",
        ["filter"] = """{"description": "Which records: JSON (`{\"column\":\"state\",\"op\":\"eq\",\"value\":\"todo\"}`) or the platform's own text (`state=eq.todo`). Read, checked and written anew.", "example": "state=eq.todo"}""",
    };
}
