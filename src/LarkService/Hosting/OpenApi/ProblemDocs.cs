namespace LarkService.Hosting.OpenApi;

/// <summary>Every kind of problem the API answers with. A test holds this list against the code.</summary>
internal static class ProblemDocs
{
    private static readonly ProblemDoc[] Platforms =
    [
        new("authorization-required", 403, "The user has to agree first. They were asked, unless they were asked too often of late; come again when they have agreed.",
            "The user has to agree first", "The user was asked with a card in chat. Repeat the call when they have agreed.")
        {
            Headers = ["Retry-After"],
            Members = """
                {
                  "sessionId": {"type": ["string", "null"], "description": "The session that waits for them: GET /api/v1/authorizations/{sessionId}. Null while they may not be asked again: see Retry-After."},
                  "reason": {"type": "string", "enum": ["not_granted", "expired", "revoked", "scopes_missing", "declined", "failed"], "description": "declined and failed: only of an operation that has ended."},
                  "missingScopes": {"type": "array", "items": {"type": "string"}},
                  "cardSent": {"type": "boolean", "description": "A card went out because of this call."},
                  "expiresAt": {"type": ["string", "null"], "format": "date-time", "description": "When that session ends."}
                }
                """,
            Optional = ["missingScopes", "cardSent", "expiresAt"],
            Example = """{"sessionId": "267lJhuSLKt6DbolE-rd-w", "reason": "not_granted", "missingScopes": ["im:message"], "cardSent": true, "expiresAt": "2026-11-22T09:57:57.962+00:00"}""",
        },
        new("app-scope-missing", 403, "The app itself lacks a scope: an administrator enables it in the developer console. No user can help.",
            "The app lacks a scope", "The app itself lacks a scope that this call needs. No user can help: an administrator enables it in the developer console and publishes a version.")
        {
            Members = """
                {
                  "missingScopes": {"type": "array", "items": {"type": "string"}, "description": "Any one of them will do."},
                  "consoleUrl": {"type": ["string", "null"], "format": "uri", "description": "Where the console enables them."},
                  "code": {"type": "integer", "description": "The platform's."},
                  "logId": {"type": ["string", "null"], "description": "The platform's, for its support."}
                }
                """,
            Example = """{"missingScopes": ["aily:run:write"], "consoleUrl": "https://open.feishu.cn/app/cli_5a4d9b0c7e1f2306/auth?q=aily:run:write", "code": 99991672, "logId": "20261122104755F5C1E1B2A3D4E5F60718"}""",
        },
        new("platform-error", 502, "Feishu/Lark refused the call, or what it ran ended with an error.", "The platform refused the call", "Feishu/Lark answered code 2320001.")
        {
            Members = """
                {
                  "code": {"type": ["integer", "string", "null"], "description": "The platform's; of a flow that failed, the flow's own."},
                  "msg": {"type": ["string", "null"], "description": "The platform's words."},
                  "logId": {"type": ["string", "null"], "description": "The platform's, for its support."},
                  "executionId": {"type": ["string", "null"], "description": "Of a flow."},
                  "runStatus": {"type": "string", "enum": ["failed", "cancelled", "expired", "requires_message", "timed_out"], "description": "Of an AI run."},
                  "conversationId": {"type": "string", "description": "Of an AI run."},
                  "runId": {"type": "string", "description": "Of an AI run."}
                }
                """,
            Optional = ["code", "logId", "executionId", "runStatus", "conversationId", "runId"],
            Example = """{"code": 2320001, "msg": "param is invalid", "logId": "20261122104755F5C1E1B2A3D4E5F60718"}""",
        },
        new("platform-unavailable", 503, "Feishu/Lark does not answer. The detail says whether the call may have been carried out all the same.",
            "The platform cannot be reached", "Feishu/Lark did not answer in time. Nothing was lost; try again later."),
        new("token-type", 400, "The API takes no user token: it is called as the app.",
            "This API takes no user token", "POST /open-apis/apaas/v1/applications/:namespace/functions/:function_api_name/invoke takes the tenant_access_token only: it is called as the app, and nothing a user agrees to changes that. Call it with the app's own token, and leave it out here.")
        {
            Members = """{"tokens": {"type": "array", "items": {"type": "string"}, "description": "What it takes instead."}}""",
            Example = """{"tokens": ["tenant"]}""",
        },
    ];

    private static readonly ProblemDoc[] Requests =
    [
        new("validation", 400, "The request is not what the route takes; the detail names the field and the way out. Nothing was changed.",
            "The request is not valid", "openId is missing or no open_id: it looks like ou_…, as this app sees the user.") { AlsoWith = [405, 408, 415] },
        new("unknown-app", 400, "No such app is configured; the detail lists those that are.", "Unknown app", "App 'cli_wrong' is not configured. Known apps: cli_5a4d9b0c7e1f2306."),
        new("unauthenticated", 401, "No key, one this service does not know, or one that was revoked or has expired.", "Who is calling?", "Send 'Authorization: Bearer <API key>' with a key this service knows.")
        {
            Headers = ["WWW-Authenticate"],
        },
        new("permission-denied", 403, "The caller lacks the permission the detail names, or a setting forbids it.", "Not allowed", "The key lacks the permission 'grants.read'."),
        new("path-not-allowed", 403, "This path is not called from here: it hands out tokens, or is no path of the open API.",
            "This path is not called from here", "/open-apis/auth and /open-apis/authen hand out tokens."),
        new("not-found", 404, "There is no such thing, or none of yours.", "Not found", "There is no authorization session with this id."),
        new("idempotency-conflict", 409, "The Idempotency-Key is in use, was used for another request, or its first request was broken off.",
            "This Idempotency-Key is taken", "The key was used for another request: another body, user or query. Take a fresh key for each call.") { Headers = ["Retry-After"] },
        new("repeat-required", 409, "The user's token had run out while a body of more than 1 MB was on its way. It is renewed: send the request again.",
            "Send the request again", "The user's token had run out while the body was on its way, and a body of more than 1 MB is not kept. The token is renewed and the platform has refused the call: send it again."),
        new("conversation-busy", 409, "Another question of the conversation is being answered.",
            "The conversation is busy", "Another question of this conversation is being answered. Ask this one when that is over, or in a conversation of its own.") { Headers = ["Retry-After"] },
        new("event-not-dead", 409, "Only a dead event can be replayed.", "The event is not dead", "Its state is 'received': only a dead event can be replayed.")
        {
            Members = """{"state": {"type": "string"}}""",
            Example = """{"state": "received"}""",
        },
        new("delivery-not-dead", 409, "Only a dead delivery can be replayed.", "The delivery is not dead", "Its state is 'delivered': only a dead delivery can be replayed.")
        {
            Members = """{"state": {"type": "string"}}""",
            Example = """{"state": "delivered"}""",
        },
        new("session-expired", 410, "Only in operations: the user did not answer in time.", "The user did not answer in time", "Nothing was sent. Make the call again: the user is asked again. A consent that comes after this is kept, and serves the next call.")
        {
            Members = """{"sessionId": {"type": ["string", "null"]}}""",
            Example = """{"sessionId": "267lJhuSLKt6DbolE-rd-w"}""",
        },
        new("payload-too-large", 413, "The body is larger than the route takes; or the answer is larger than is kept, and the detail says so.", "The request is too large", "The body may have at most 1 MB."),
        new("rate-limited", 429, "Too many requests: of this caller, for this user, or of the platform's own limit.",
            "Too many requests", "This API key may make 6000 requests a minute. Whoever may manage keys can make one with a larger quota.")
        {
            Headers = ["Retry-After", .. SharedParts.LimitHeaders],
            Members = """{"retryAfter": {"type": "integer", "minimum": 1, "description": "Seconds; as in Retry-After."}}""",
            Example = """{"retryAfter": 12}""",
        },
        new("service-unavailable", 503, "The service's own database does not answer. Whether a request that changes something was carried out is not known.",
            "The service cannot answer at the moment", "Its database does not answer. Try again in a few seconds; whether a request that changes something was carried out is not known: look first, or send it with an Idempotency-Key.") { Headers = ["Retry-After"] },
        new("internal", 500, "Not the request's fault.", "Something went wrong here", "It is not your request's fault. The traceId finds it in the log.") { AlsoWith = [503] },
    ];

    public static IReadOnlyList<ProblemDoc> All { get; } = [.. Requests.Concat(Platforms).OrderBy(p => p.Status).ThenBy(p => p.Name, StringComparer.Ordinal)];

    public static ProblemDoc Of(string name) => All.Single(p => p.Name == name);
}
