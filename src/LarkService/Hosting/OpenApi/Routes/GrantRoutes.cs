namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Grants</c>, and of <c>OnBehalfOf</c> what hands out tokens.</summary>
internal static class GrantRoutes
{
    private const string Path = "/api/v1/grants";
    private const string One = Path + "/{openId}";

    private const string Grant = """
        {
          "appId": "cli_5a4d9b0c7e1f2306", "openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "unionId": "on_cad4860e7af114fb4ff6c5d496d1dd76", "userId": null, "name": "Ava Stone",
          "status": "active", "scopes": ["auth:user.id:read", "im:message", "offline_access"], "grantedAt": "2026-11-22T09:47:55.165+00:00",
          "accessTokenExpiresAt": "2026-11-22T11:47:55.165+00:00", "refreshTokenExpiresAt": "2026-11-29T09:47:55.165+00:00", "lastUsedAt": null
        }
        """;

    public static RouteDoc[] All { get; } =
    [
        new("GET", Path, "listGrants", "Who has granted what, in the order of their first consent")
        {
            Answers = [AnswerDoc.With(200, "One page. Never a token.", $$"""{"items": [{{Grant}}], "nextCursor": "AZqvCgAAcAGAAAAAAAAAAQ"}""")],
            Parameters = { ["status"] = """{"schema": {"enum": ["active", "reauthorization_required", "revoked"]}, "description": "Only grants with this status."}""" },
        },
        new("GET", One, "getGrant", "What one person has granted")
        {
            Says = "`reauthorization_required`: only the person can renew it. `revoked`: the row stays, without tokens.",
            Answers = [AnswerDoc.With(200, "The grant. Never a token.", Grant)],
            Problems = ["not-found"],
        },
        new("DELETE", One, "revokeGrant", "Take a grant back")
        {
            Says = "Deletes the tokens, tells the platform, and tells the person with a card.",
            Answers = [new AnswerDoc(204, "The tokens are gone.")],
            Problems = ["not-found"],
        },
        new("POST", One + "/refresh", "refreshGrant", "Renew a grant's tokens now")
        {
            Answers = [AnswerDoc.With(200, "The grant, renewed.", Grant)],
            Problems = ["not-found", .. ResponseWriter.OnBehalf],
        },
        new("GET", One + "/token", "getUserToken", "The user's token, for callers that must have it")
        {
            Says = "Each hand-out is in the audit log. When consent is missing, the person is asked, and the answer is 403 `authorization-required`. Better: the proxy, where no token leaves the service.",
            Answers =
            [
                AnswerDoc.With(200, "The token. Keep it nowhere.", """{"accessToken": "eyJ…", "expiresAt": "2026-11-22T11:47:55.165+00:00", "scopes": ["auth:user.id:read", "im:message", "offline_access"]}"""),
            ],
            Problems = ResponseWriter.OnBehalf,
            Parameters = { ["scopes"] = """{"description": "What the token must be good for, parted by blanks.", "example": "im:message offline_access"}""" },
        },
    ];
}
