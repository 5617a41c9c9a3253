namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Accounts/Keys</c>.</summary>
internal static class ApiKeyRoutes
{
    private const string Path = "/api/v1/api-keys";
    private const string Id = """{"description": "The key's id.", "example": "0199a6f4-5c1e-7b7a-9d55-1f2e3d4c5b6a"}""";

    private const string Key = """
        {
          "id": "0199a6f4-5c1e-7b7a-9d55-1f2e3d4c5b6a", "name": "crm", "prefix": "lks_7GhT0aQz", "permissions": ["calls.execute", "grants.read"], "quota": 1200,
          "createdAt": "2026-11-22T09:47:50.937+00:00", "createdBy": "bootstrap", "expiresAt": "2027-01-01T00:00:00+00:00", "lastUsedAt": null, "revokedAt": null
        }
        """;

    public static RouteDoc[] All { get; } =
    [
        new("POST", Path, "createApiKey", "Make an API key")
        {
            Says = "Nobody gives a permission they do not have themselves.",
            Requests = [("crm", """{"name": "crm", "permissions": ["calls.execute", "grants.read"], "expiresAt": "2027-01-01T00:00:00Z", "quota": 1200}""")],
            Answers =
            [
                AnswerDoc.With(201, "The key, shown this once.", """{"id": "0199a6f4-5c1e-7b7a-9d55-1f2e3d4c5b6a", "key": "lks_7GhT0aQz_…", "prefix": "lks_7GhT0aQz"}""") with { Headers = ["Location"] },
            ],
        },
        new("GET", Path, "listApiKeys", "The API keys, the oldest first")
        {
            Answers = [AnswerDoc.With(200, "One page, without what makes them keys.", $$"""{"items": [{{Key}}], "nextCursor": null}""")],
        },
        new("GET", Path + "/{id}", "getApiKey", "One API key")
        {
            Answers = [AnswerDoc.With(200, "The key, without what makes it one.", Key)],
            Problems = ["not-found"],
            Parameters = { ["id"] = Id },
        },
        new("DELETE", Path + "/{id}", "revokeApiKey", "Revoke an API key")
        {
            Answers = [new AnswerDoc(204, "Nobody gets in with it any more: here at once, on other replicas within a second.")],
            Problems = ["not-found"],
            Parameters = { ["id"] = Id },
        },
    ];
}
