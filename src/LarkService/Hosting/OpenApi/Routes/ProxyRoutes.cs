namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>OnBehalfOf</c>: any API of the platform, and calls that waited.</summary>
internal static class ProxyRoutes
{
    private const string Says = """
        The platform's own API under `/open-apis/**` with the user's token put in: method, path, query and body go as they are, streamed both ways, and so does the answer with its status,
        also when it is a refusal. `{rest}` stands for the whole rest of the path, slashes included. A generated client may escape them: build this one's address yourself.
        An API that takes the app's token only is refused before anything is sent.
        """;

    private const string Rest = """{"description": "The rest of the path, slashes included.", "example": "im/v1/messages"}""";
    private const string AnyBody = """{"description": "What the platform's API takes: JSON, a form with a file, anything. At most 512 MB; 1 MB with Idempotency-Key or Prefer."}""";

    private static readonly (string Method, string Id, string Verb)[] Methods =
    [
        ("GET", "proxyGet", "GET from"), ("POST", "proxyPost", "POST to"), ("PUT", "proxyPut", "PUT to"), ("PATCH", "proxyPatch", "PATCH to"), ("DELETE", "proxyDelete", "DELETE from"),
    ];

    public static RouteDoc[] All { get; } =
    [
        .. Methods.Select(m => new RouteDoc(m.Method, "/api/v1/lark/open-apis/{rest}", m.Id, $"{m.Verb} any API of the platform, in a user's name")
        {
            Tag = "Proxy", // the framework knows nothing of a route that answers by itself
            Says = Says.ReplaceLineEndings(" "),
            ActsFor = ActsFor.UserInHeader,
            TakesScopes = true,
            RequestSchema = m.Method == "GET" ? null : AnyBody,
            RequestType = "*/*",
            Answers =
            [
                AnswerDoc.With(200, "The platform's answer, as it came; any other status of the platform's likewise.", """{"code": 0, "msg": "success", "data": {}}""") with { Schema = "AnyJson", Headers = ["Idempotency-Replayed"] },
            ],
            Problems = ["token-type", "path-not-allowed", "repeat-required"],
            Parameters = { ["rest"] = Rest },
        }),
        new("GET", "/api/v1/operations/{id}", "getOperation", "What became of a call that waited for its user")
        {
            Says = "With `wait` the answer comes when the operation has ended, on whatever replica, or when the time is over. Only its caller may ask. Answers are kept for 24 hours.",
            Answers =
            [
                new AnswerDoc(
                    200,
                    "The operation.",
                    ("succeeded", """
                        {
                          "id": "op_47im2rJTPemUeKWcjuOVMA", "state": "succeeded", "sessionId": "267lJhuSLKt6DbolE-rd-w", "createdAt": "2026-11-22T09:47:50.937+00:00",
                          "expiresAt": "2026-11-23T09:48:02.114+00:00",
                          "response": {"status": 200, "headers": {"content-type": "application/json; charset=utf-8"}, "body": {"code": 0, "msg": "success", "data": {"session": {"id": "session_4g3kx1"}}}}
                        }
                        """),
                    ("waiting", """
                        {"id": "op_47im2rJTPemUeKWcjuOVMA", "state": "waiting_for_user", "sessionId": "267lJhuSLKt6DbolE-rd-w", "createdAt": "2026-11-22T09:47:50.937+00:00", "expiresAt": "2026-11-22T09:57:50.937+00:00"}
                        """),
                    ("declined", """
                        {
                          "id": "op_47im2rJTPemUeKWcjuOVMA", "state": "declined", "sessionId": "267lJhuSLKt6DbolE-rd-w", "createdAt": "2026-11-22T09:47:50.937+00:00", "expiresAt": "2026-11-23T09:48:02.114+00:00",
                          "error": {"type": "urn:lark-service:authorization-required", "title": "The user declined", "status": 403, "detail": "The user said no. Nothing was sent.", "traceId": "9ea6386edf7b900a9ca6b2b90436c4aa", "reason": "declined", "sessionId": "267lJhuSLKt6DbolE-rd-w"}
                        }
                        """)),
            ],
            Problems = ["not-found"],
            Parameters =
            {
                ["id"] = """{"description": "From the 202 that kept the call.", "example": "op_47im2rJTPemUeKWcjuOVMA"}""",
                ["wait"] = """{"description": "Seconds to wait for its end.", "schema": {"minimum": 0, "maximum": 60}, "example": 30}""",
            },
        },
    ];
}
