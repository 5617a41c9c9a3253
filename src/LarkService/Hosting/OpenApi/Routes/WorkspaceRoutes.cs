namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Apaas/Workspaces</c>.</summary>
internal static class WorkspaceRoutes
{
    private const string Workspace = "/api/v1/apaas/workspaces/{workspaceId}";
    private const string Records = Workspace + "/tables/{table}/records";
    private const string Ava = "ou_c245b0a7dff2725cfa2fb104f8b48b9d";
    private const string Ids = """{"recordIds": ["0d5f6f0c-2f2b-4c0e-9a3e-6c8c1f1f7a11"]}""";

    private const string Table = """
        {
          "name": "tasks", "description": "What is to be done",
          "columns": [
            {"name": "_id", "type": "uuid", "description": null, "isPrimaryKey": true, "isUnique": true, "isArray": false, "allowsNull": false, "default": "gen_random_uuid()"},
            {"name": "title", "type": "text", "description": "In a few words", "isPrimaryKey": false, "isUnique": false, "isArray": false, "allowsNull": true, "default": null},
            {"name": "state", "type": "text", "description": "todo, doing or done", "isPrimaryKey": false, "isUnique": false, "isArray": false, "allowsNull": true, "default": null}
          ]
        }
        """;

    public static RouteDoc[] All { get; } =
    [
        new("POST", Workspace + "/sql", "runSql", "Run one SQL statement with the user's permissions")
        {
            Says = "One statement of at most 100 KB, without parameters: pass values with the record routes. It is sent once, a `SELECT` as well.",
            ActsFor = ActsFor.UserInBody,
            Requests = [("select", $$"""{"openId": "{{Ava}}", "sql": "SELECT title FROM tasks LIMIT 2"}""")],
            Answers = [AnswerDoc.With(200, "The rows.", """{"result": [{"title": "Write the report"}, {"title": "Call Mei"}]}""") with { Schema = "SqlResult" }],
        },
        new("GET", Workspace + "/tables", "listTables", "The tables of a workspace, with their columns")
        {
            ActsFor = ActsFor.UserInHeader,
            Answers = [AnswerDoc.With(200, "One page.", $$"""{"items": [{{Table}}], "hasMore": false, "nextCursor": null}""") with { Schema = "TablePage" }],
        },
        new("GET", Workspace + "/tables/{table}", "getTable", "One table, with its columns")
        {
            ActsFor = ActsFor.UserInHeader,
            Answers = [AnswerDoc.With(200, "The table.", Table) with { Schema = "Table" }],
            Problems = ["not-found"],
        },
        new("GET", Records, "listRecords", "Records of a table")
        {
            ActsFor = ActsFor.UserInHeader,
            Answers =
            [
                AnswerDoc.With(200, "One page.", """{"items": [{"_id": "0d5f6f0c-2f2b-4c0e-9a3e-6c8c1f1f7a11", "title": "Write the report"}], "hasMore": true, "nextCursor": "eyJvIjoxfQ", "total": 131}""") with { Schema = "RecordPage" },
            ],
            Problems = ["not-found"],
            Parameters =
            {
                ["select"] = """{"description": "Columns, parted by commas; all without it.", "example": "_id,title"}""",
                ["order"] = """{"description": "Columns, parted by commas, each with `.asc` or `.desc`, and `.nullsfirst` or `.nullslast`.", "example": "due.desc.nullslast,title"}""",
            },
        },
        new("POST", Records, "createRecords", "Add records to a table")
        {
            Says = "With `onConflict` and `resolution` records that are there already are changed, or left.",
            ActsFor = ActsFor.UserInBody,
            Requests = [("two", $$"""{"openId": "{{Ava}}", "records": [{"title": "Write the report", "state": "todo"}, {"title": "Call Mei", "state": "done"}]}""")],
            Answers = [AnswerDoc.With(200, "They are there.", Ids) with { Schema = "RecordIds" }],
            Problems = ["not-found"],
        },
        new("PATCH", Records, "updateRecords", "Change records of a table")
        {
            Says = "Either `filter` and `record`: the same is written into every record it finds. Or `records`, each with its `_id`.",
            ActsFor = ActsFor.UserInBody,
            Requests =
            [
                ("filter", $$$"""{"openId": "{{{Ava}}}", "filter": {"column": "title", "op": "eq", "value": "Write the report"}, "record": {"state": "done"}}"""),
                ("each", $$"""{"openId": "{{Ava}}", "records": [{"_id": "0d5f6f0c-2f2b-4c0e-9a3e-6c8c1f1f7a11", "state": "done"}]}"""),
            ],
            Answers = [AnswerDoc.With(200, "They are changed.", Ids) with { Schema = "RecordIds" }],
            Problems = ["not-found"],
        },
        new("DELETE", Records, "deleteRecords", "Delete records of a table")
        {
            Says = "A whole table is not deleted by leaving the filter out: that is a 400.",
            ActsFor = ActsFor.UserInHeader,
            Answers = [new AnswerDoc(204, "They are gone.")],
            Problems = ["not-found"],
            Parameters = { ["filter"] = """{"required": true}""" },
        },
    ];
}
