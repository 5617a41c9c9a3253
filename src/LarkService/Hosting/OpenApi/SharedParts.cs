using System.Text.Json.Nodes;

namespace LarkService.Hosting.OpenApi;

/// <summary>What many routes share: how callers say who they are, headers, tags.</summary>
internal static class SharedParts
{
    /// <summary>The name of the one way to say who calls.</summary>
    public const string Scheme = "caller";

    public const string Introduction = """
        Act in Feishu/Lark on a person's behalf: name the person, never a token. Who has not agreed yet is asked with a card in chat.

        * **Who calls:** `Authorization: Bearer …` with an API key (`lks_…`), the token of somebody who signed in, or the bootstrap key. Each route names the permission it needs.
        * **JSON** in camelCase, times in UTC (ISO 8601), enumerations in lower case. `appId` may be left out: the first configured app is meant; lists without it are of all apps.
        * **Errors** are `application/problem+json` (RFC 9457) with a `type` that stays (`urn:lark-service:…`), a `detail` that says how to mend it, and a `traceId` that finds it in the log. A route that is not here is a 404 `not-found`, a method that is not here a 405 `validation`.
        * **Lists** are `{items, nextCursor}`: hand `nextCursor` back as `cursor`, unchanged, with the same filters.
        * **Realtime:** SignalR at `/hubs/realtime`, and signed webhooks (`Webhooks__0__Url`).
        """;

    public static string[] LimitHeaders { get; } = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"];

    public static JsonObject SecuritySchemes { get; } = JsonParts.Read("""
        {
          "caller": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "API key (lks_…) or access token (JWT)",
            "description": "An API key, or the access token of somebody who signed in with POST /api/v1/auth/login. What an operation names beside this scheme is the permission it needs."
          }
        }
        """);

    /// <summary>Response headers by name.</summary>
    public static JsonObject Headers { get; } = JsonParts.Read("""
        {
          "ETag": {"description": "Changes when the answer does.", "schema": {"type": "string"}},
          "Idempotency-Replayed": {"description": "`true`: this is the answer to the first request with this Idempotency-Key.", "schema": {"type": "string", "const": "true"}},
          "Location": {"description": "Where what was made is found.", "schema": {"type": "string", "format": "uri-reference"}},
          "Preference-Applied": {"description": "`respond-async`: the call waits for its user.", "schema": {"type": "string", "const": "respond-async"}},
          "RateLimit-Limit": {"description": "Requests that are let through in the window.", "schema": {"type": "integer"}},
          "RateLimit-Policy": {"description": "The limit and its window in seconds, as `6000;w=60`. Who has no limit gets none of these.", "schema": {"type": "string"}},
          "RateLimit-Remaining": {"description": "Further requests now.", "schema": {"type": "integer"}},
          "RateLimit-Reset": {"description": "Seconds until at least one more request is free.", "schema": {"type": "integer", "minimum": 1}},
          "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
          "WWW-Authenticate": {"description": "How to say who calls.", "schema": {"type": "string", "const": "Bearer"}}
        }
        """);

    /// <summary>Request headers by name.</summary>
    public static JsonObject Parameters { get; } = JsonParts.Read("""
        {
          "Idempotency-Key": {
            "name": "Idempotency-Key", "in": "header",
            "description": "A fresh one for each request, and the same when it is sent again: it is carried out once, and its answer given again for 24 hours. 1 to 255 printable characters.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "example": "8e03978e-40d5-43dd-bc93-6894a57f9324"
          },
          "Prefer": {
            "name": "Prefer", "in": "header",
            "description": "`respond-async`: when the user has to agree first, the call is kept (202) and made once when they have. Its body may have at most 1 MB.",
            "schema": {"type": "string"}, "example": "respond-async"
          },
          "X-Lark-App-Id": {
            "name": "X-Lark-App-Id", "in": "header", "description": "Which app calls; without it the first configured one.",
            "schema": {"type": "string"}, "example": "cli_5a4d9b0c7e1f2306"
          },
          "X-Lark-Open-Id": {
            "name": "X-Lark-Open-Id", "in": "header", "required": true, "description": "In whose name: their open_id, as this app sees them.",
            "schema": {"type": "string", "pattern": "^ou_[0-9a-zA-Z]{1,61}$"}, "example": "ou_c245b0a7dff2725cfa2fb104f8b48b9d"
          },
          "X-Lark-Scopes": {
            "name": "X-Lark-Scopes", "in": "header", "description": "What the call needs, parted by blanks: checked before anything is sent, and asked for when it is missing.",
            "schema": {"type": "string"}, "example": "im:message"
          }
        }
        """);

    /// <summary>A call that waits for its user.</summary>
    public static JsonObject Parked { get; } = JsonParts.Read("""
        {
          "description": "Only with `Prefer: respond-async`: the user has to agree first. The call is kept and made once when they have; Location tells what becomes of it.",
          "headers": {"Location": {"$ref": "#/components/headers/Location"}, "Preference-Applied": {"$ref": "#/components/headers/Preference-Applied"}},
          "content": {
            "application/json": {
              "schema": {"$ref": "#/components/schemas/ParkedOperation"},
              "examples": {"example": {"value": {"id": "op_47im2rJTPemUeKWcjuOVMA", "state": "waiting_for_user", "sessionId": "267lJhuSLKt6DbolE-rd-w"}}}
            }
          }
        }
        """);

    /// <summary>In the order of the page.</summary>
    public static (string Name, string Says)[] Tags { get; } =
    [
        ("Authorization", "Ask people for consent, and see what came of it."),
        ("Grants", "Who has granted what, until when."),
        ("Proxy", "Any API of the platform, in a user's name."),
        ("Operations", "Calls that waited for their user."),
        ("aPaaS", "Workspace SQL, tables and records with the user's permissions; functions and flows."),
        ("AI", "Answers of the app's Aily assistant, with the user's permissions."),
        ("Events", "Events of the platform that were set aside."),
        ("Webhooks", "Notices to other systems, and those that did not arrive."),
        ("API keys", "Keys for systems that call this API."),
        ("Accounts", "People who call this API."),
        ("Realtime", "News as they happen."),
        ("Monitoring", "For probes, Prometheus and people."),
        ("Platform", "What browsers and the platform call; not for callers."),
        ("About", "This document."),
    ];
}
