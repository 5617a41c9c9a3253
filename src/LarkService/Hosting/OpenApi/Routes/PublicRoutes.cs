namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>What probes, browsers and the platform call, and the document itself.</summary>
internal static class PublicRoutes
{
    private const string Monitoring = "Monitoring";
    private const string Platform = "Platform";
    private const string Text = "text/plain";

    public static RouteDoc[] All { get; } =
    [
        new("GET", "/health/live", "healthLive", "Does the process answer?")
        {
            IsPlain = true,
            Tag = Monitoring,
            Answers = [AnswerDoc.With(200, "It does.", "\"Healthy\"") with { Schema = "HealthWord", MediaType = Text }],
        },
        new("GET", "/health/ready", "healthReady", "Can it do its work?")
        {
            Says = "200 when the database is usable, and at least one connection lives or an HTTP receiver is configured.",
            IsPlain = true,
            Tag = Monitoring,
            Answers =
            [
                AnswerDoc.With(200, "It can.", "\"Healthy\"") with { Schema = "HealthWord", MediaType = Text },
                AnswerDoc.With(503, "It cannot.", "\"Unhealthy\"") with { Schema = "HealthWord", MediaType = Text },
            ],
        },
        new("GET", "/health", "health", "How is every component?")
        {
            IsPlain = true,
            Tag = Monitoring,
            Answers =
            [
                AnswerDoc.With(200, "It works, if degraded.", """{"status": "healthy", "components": {"database": {"status": "healthy", "since": "2026-11-22T09:47:50.937+00:00", "detail": "Answers."}}}""") with { Schema = "Health" },
                AnswerDoc.With(503, "It does not.", """{"status": "unhealthy", "components": {"database": {"status": "unhealthy", "since": "2026-11-22T09:47:50.937+00:00", "detail": null}}}""") with { Schema = "Health" },
            ],
        },
        new("GET", "/metrics", "metrics", "Figures for Prometheus")
        {
            Says = "On a port of its own where `Monitoring__MetricsPort` is set.",
            IsPlain = true,
            Tag = Monitoring,
            Answers =
            [
                AnswerDoc.With(200, "Prometheus text.", "\"lark_service_websocket_connection_status{app_id=\\\"cli_5a4d9b0c7e1f2306\\\",connection=\\\"1\\\"} 1\\n\"") with { Schema = "Text", MediaType = Text },
                new AnswerDoc(503, "Somebody else is reading them, and it takes long."),
            ],
        },
        new("GET", "/oauth/callback", "oauthCallback", "Where a person's browser comes back to after the consent page")
        {
            IsPlain = true,
            Tag = Platform,
            Answers =
            [
                Page(200, "A small page in the person's language: they agreed, or declined."),
                Page(202, "The same: it is being finished."),
                Page(400, "The same: the link is unknown."),
                Page(403, "The same: somebody else was asked."),
                Page(410, "The same: the link was used, or has expired."),
                Page(429, "The same: too many came from this address."),
                Page(503, "The same: not now, the link may be opened again in a moment."),
                Page(502, "The same: it failed, with a reference for whoever helps."),
            ],
            Parameters =
            {
                ["code"] = """{"description": "The authorization code."}""",
                ["state"] = """{"description": "Which session; it works once."}""",
                ["error"] = """{"description": "`access_denied`: the person declined."}""",
            },
        },
        new("POST", "/callback/lark/{appId}", "receivePush", "Events and card callbacks of the platform, over HTTP")
        {
            Says = "For apps with an Encrypt Key or a Verification Token. Each push proves by its signature or its token that it comes from the platform.",
            IsPlain = true,
            Tag = Platform,
            RequestSchema = """{"type": "object", "description": "As the platform sends it, encrypted or not."}""",
            Requests = [("encrypted", """{"encrypt": "…"}"""), ("challenge", """{"challenge": "ajls384kdjx98XX", "token": "…", "type": "url_verification"}""")],
            Answers = [new AnswerDoc(200, "It is stored, or answered.", ("taken", """{"msg": "success"}"""), ("challenge", """{"challenge": "ajls384kdjx98XX"}"""), ("toast", """{"toast": {"type": "info", "content": "One moment"}}""")) { Schema = "AnyJson" }],
            Problems = ["validation", "validation@408", "validation@415", "unauthenticated", "permission-denied", "not-found", "payload-too-large", "rate-limited", "internal@503"],
            Parameters = { ["appId"] = """{"description": "Whose address it is."}""" },
        },
        new("GET", "/hubs/realtime", "realtime", "News as they happen, over SignalR")
        {
            Says = "A SignalR hub with the JSON protocol, over WebSockets alone. Browsers may send an access token (never an API key: proxies write addresses down) as `access_token` in the query. What happens is told as it is: `operation:completed`, `authorization:completed`, `authorization:declined`; and `system:notification` and `error`.",
            IsPlain = true,
            Tag = "Realtime",
            Answers = [new AnswerDoc(101, "The connection is open.")],
            Problems = ["unauthenticated", "rate-limited"],
        },
        new("GET", "/api/openapi.json", "getOpenApi", "This document")
        {
            Says = "[/docs](/docs) shows it to people.",
            Answers = [new AnswerDoc(200, "OpenAPI 3.1.") { Schema = "AnyJson", Headers = ["ETag"] }],
        },
    ];

    private static AnswerDoc Page(int status, string says) => new(status, says) { Schema = "Text", MediaType = "text/html" };
}
