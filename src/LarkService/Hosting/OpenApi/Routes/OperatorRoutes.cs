namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Events</c> and <c>Webhooks</c>: what was set aside, and its second chance.</summary>
internal static class OperatorRoutes
{
    private const string Events = "/api/v1/events";
    private const string Deliveries = "/api/v1/webhooks/deliveries";

    public static RouteDoc[] All { get; } =
    [
        new("GET", Events, "listEvents", "Events that no handler could handle, in the order of their arrival")
        {
            Answers = [AnswerDoc.With(200, "One page. What people wrote is not shown.", $$"""{"items": [{{Event("dead")}}], "nextCursor": null}""")],
            Parameters = { ["state"] = """{"schema": {"enum": ["dead", "received"]}, "description": "`dead` ones were given up, `received` ones wait for a handler."}""" },
        },
        new("POST", Events + "/{id}/replay", "replayEvent", "Give a dead event another chance")
        {
            Answers = [AnswerDoc.With(202, "It is handled again.", Event("received"))],
            Problems = ["not-found", "event-not-dead"],
            Parameters = { ["id"] = """{"description": "Its `eventId`.", "example": "5e3702a84e847582be8db7fb73283c02"}""" },
        },
        new("GET", Deliveries, "listWebhookDeliveries", "Notices to other systems, latest first")
        {
            Answers = [AnswerDoc.With(200, "One page.", $$"""{"items": [{{Delivery("dead")}}], "nextCursor": null}""")],
            Parameters = { ["state"] = """{"schema": {"enum": ["pending", "delivered", "dead"]}, "description": "`dead` ones were given up after the last try."}""" },
        },
        new("POST", Deliveries + "/{id}/replay", "replayWebhookDelivery", "Send a dead notice again")
        {
            Answers = [AnswerDoc.With(202, "It is sent again, with all its tries.", Delivery("pending"))],
            Problems = ["not-found", "delivery-not-dead"],
            Parameters = { ["id"] = """{"description": "Its `id`.", "example": "dlv_0f3c9d2b7a6e5d4c3b2a190817263544"}""" },
        },
    ];

    private static string Event(string state) => $$"""
        {
          "eventId": "5e3702a84e847582be8db7fb73283c02", "appId": "cli_5a4d9b0c7e1f2306", "eventType": "im.message.receive_v1", "state": "{{state}}", "attempts": {{(state == "dead" ? 8 : 0)}},
          "lastError": "HttpRequestException", "receivedAt": "2026-11-22T09:47:50.937+00:00",
          "dueAt": {{(state == "dead" ? "null" : "\"2026-11-22T17:00:00+00:00\"")}}, "deadAt": {{(state == "dead" ? "\"2026-11-22T16:47:50.937+00:00\"" : "null")}}
        }
        """;

    private static string Delivery(string state) => $$"""
        {
          "id": "dlv_0f3c9d2b7a6e5d4c3b2a190817263544", "noticeId": "ntc_6d1c3f0a9b8e7d6c5b4a392817060504", "type": "operation.completed", "url": "https://crm.example.com/lark",
          "appId": "cli_5a4d9b0c7e1f2306", "openId": "ou_c245b0a7dff2725cfa2fb104f8b48b9d", "state": "{{state}}", "attempts": {{(state == "dead" ? 9 : 0)}}, "lastError": "HTTP 500",
          "createdAt": "2026-11-22T09:47:50.937+00:00", "dueAt": {{(state == "dead" ? "null" : "\"2026-11-22T17:00:00+00:00\"")}}, "endedAt": {{(state == "dead" ? "\"2026-11-22T16:47:50.937+00:00\"" : "null")}}
        }
        """;
}
