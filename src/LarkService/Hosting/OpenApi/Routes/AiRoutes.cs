namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Apaas/Ai</c>.</summary>
internal static class AiRoutes
{
    private const string Path = "/api/v1/ai";
    private const string Ava = "ou_c245b0a7dff2725cfa2fb104f8b48b9d";

    private const string Answer = """
        {"conversationId": "conv_8Jd1mQ4rT7wXyZ0aBcDeFg", "runId": "run_4g3kx1", "message": {"id": "message_4g3kx1", "content": "We promised the draft and the test"}}
        """;

    private const string Stream = """
        "event: delta\nid: tH1tXbWq0r3oVZ5e9m2k7Q.17.5d4f9a10\ndata: {\"content\":\"We promised the d\"}\n\n"
        """;

    private const string Says = """
        JSON, or with `Accept: text/event-stream` Server-Sent Events: `delta` `{content}` brings what is new, `replace` `{content}` all of it anew, `done` the whole answer as the JSON has it, `error` a problem
        document; comments keep the connection open. After a cut the same request with `Last-Event-ID` goes on, for 30 seconds without asking again. A stream takes neither Idempotency-Key nor Prefer. When the caller
        hangs up, the run is cancelled. Without `conversationId` a conversation begins; it belongs to its user, app and caller.
        """;

    public static RouteDoc[] All { get; } =
    [
        new("POST", Path + "/chat", "aiChat", "Ask the app's Aily assistant in a user's name")
        {
            Says = Says.ReplaceLineEndings(" "),
            ActsFor = ActsFor.UserInBody,
            Requests = [("first", $$"""{"openId": "{{Ava}}", "message": "What did we promise for Friday?"}"""), ("next", $$"""{"openId": "{{Ava}}", "message": "And for Monday?", "conversationId": "conv_8Jd1mQ4rT7wXyZ0aBcDeFg"}""")],
            Answers =
            [
                AnswerDoc.With(200, "The answer, in Markdown; or a stream of it.", Answer) with { Schema = "ChatAnswer", Also = ("text/event-stream", "Text", Stream) },
            ],
            Problems = ["not-found", "conversation-busy"],
        },
        new("POST", Path + "/skills/{skillId}/start", "startSkill", "Start a skill of the app's Aily assistant in a user's name")
        {
            Says = "It is sent once, and has two minutes.",
            ActsFor = ActsFor.UserInBody,
            Requests = [("sum", $$"""{"openId": "{{Ava}}", "query": "Sum this up", "input": {"text": "We ship on Friday."} }""")],
            Answers = [AnswerDoc.With(200, "What the skill came to.", """{"output": {"answer": "Friday it is."}, "status": "success"}""") with { Schema = "SkillResult" }],
            Parameters = { ["skillId"] = """{"description": "As in the skill's address.", "example": "skill_6cc6166178ca"}""" },
        },
        new("POST", Path + "/knowledge/ask", "askKnowledge", "Ask the knowledge of the app's Aily assistant in a user's name")
        {
            ActsFor = ActsFor.UserInBody,
            Requests = [("days", $$"""{"openId": "{{Ava}}", "message": "How many days off have I?"}""")],
            Answers = [AnswerDoc.With(200, "What it knows.", """{"content": "30 [1]", "hasAnswer": true, "finishType": "qa", "faqResult": null, "processData": {"chunks": ["…"]}}""") with { Schema = "KnowledgeAnswer" }],
        },
    ];
}
