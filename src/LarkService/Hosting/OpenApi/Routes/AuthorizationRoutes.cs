namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Authorization</c>.</summary>
internal static class AuthorizationRoutes
{
    private const string Path = "/api/v1/authorizations";
    private const string State = """{"schema": {"enum": ["pending", "authorized", "declined", "expired", "failed", "superseded"]}, "description": "Only sessions in this state."}""";

    private const string Pending = """
        {"sessionId": "47im2rJTPemUeKWcjuOVMA", "state": "pending", "flow": "redirect", "messageId": "om_a0d4d839e37ab6be2963f6480e5b42a2", "expiresAt": "2026-11-22T09:57:50.937+00:00"}
        """;

    private const string Session = """
        {
          "sessionId": "47im2rJTPemUeKWcjuOVMA", "appId": "cli_5a4d9b0c7e1f2306", "openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "state": "pending", "flow": "redirect",
          "scopes": ["auth:user.id:read", "im:message", "offline_access"], "reason": "Weekly report", "messageId": "om_a0d4d839e37ab6be2963f6480e5b42a2", "errorCode": null,
          "createdAt": "2026-11-22T09:47:50.937+00:00", "expiresAt": "2026-11-22T09:57:50.937+00:00", "completedAt": null
        }
        """;

    public static RouteDoc[] All { get; } =
    [
        new("POST", Path, "createAuthorization", "Ask somebody for consent, with a card in chat")
        {
            Says = "`calls` names what you are going to call instead of, or beside, `scopes`: the service knows which scopes the platform's APIs need, and takes the least.",
            Requests =
            [
                ("scopes", """{"openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "scopes": ["im:message"], "reason": "Weekly report", "detail": "concise", "locale": "en_us"}"""),
                ("calls", """{"openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "calls": [{"method": "POST", "path": "/open-apis/im/v1/messages"}]}"""),
            ],
            Answers =
            [
                new AnswerDoc(200, "All of it is granted; or a pending session covers it already, which costs nothing against the limit.", ("granted", """{"state": "authorized"}"""), ("pending", Pending)),
                AnswerDoc.With(201, "A card went out, or one that was there now asks for all of it.", Pending) with { Headers = ["Location"] },
            ],
            Problems = ["token-type", .. ResponseWriter.Platform],
        },
        new("GET", Path, "listAuthorizations", "What people were asked, the newest first")
        {
            Answers = [AnswerDoc.With(200, "One page.", $$"""{"items": [{{Session}}], "nextCursor": null}""")],
            Parameters = { ["state"] = State },
        },
        new("GET", Path + "/{sessionId}", "getAuthorization", "One session")
        {
            Answers = [AnswerDoc.With(200, "The session. `errorCode` says why one failed.", Session)],
            Problems = ["not-found"],
            Parameters = { ["sessionId"] = """{"description": "From the answer that asked.", "example": "47im2rJTPemUeKWcjuOVMA"}""" },
        },
    ];
}
