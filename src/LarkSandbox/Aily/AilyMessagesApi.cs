using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary><c>/open-apis/aily/v1/sessions/:id/messages</c>. The same idempotent_id within 72 h returns the same message.</summary>
internal sealed class AilyMessagesApi(AilyStore store, TimeProvider clock)
{
    private const int LongestContent = 61440;
    private const int MostMessages = 1000;
    private static readonly TimeSpan IdempotentFor = TimeSpan.FromHours(72);

    public async Task<IResult> CreateAsync(HttpContext http, string sessionId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return AilyError.BadParameter("the session does not exist");
        }

        return Problem(body) is { } problem ? AilyError.BadParameter(problem) : Answer.Data(new JsonObject { ["message"] = AilyViews.Of(session, Add(session, body!)) });
    }

    public IResult Get(HttpContext http, string sessionId, string messageId)
    {
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return AilyError.BadParameter("the session does not exist");
        }

        return Visible(session, partial: true).FirstOrDefault(m => m.Id == messageId) is { } message
            ? Answer.Data(new JsonObject { ["message"] = AilyViews.Of(session, message) })
            : AilyError.BadParameter("the message does not exist");
    }

    public IResult List(HttpContext http, string sessionId)
    {
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return AilyError.BadParameter("the session does not exist");
        }

        var query = http.Request.Query;
        var found = Visible(session, query["with_partial_message"] == "true").Where(m => query["run_id"].Count == 0 || m.RunId == query["run_id"]).ToList();
        var size = Math.Clamp(Number(query["page_size"], 20), 1, 100);
        var from = Math.Max(0, Number(query["page_token"], 0));
        return Answer.Data(new JsonObject
        {
            ["messages"] = new JsonArray([.. found.Skip(from).Take(size).Select(m => AilyViews.Of(session, m))]),
            ["has_more"] = from + size < found.Count,
            ["page_token"] = from + size < found.Count ? (from + size).ToString(CultureInfo.InvariantCulture) : "",
        });
    }

    private static string? Problem(JsonObject? body) => body switch
    {
        _ when body.Text("idempotent_id") is not { Length: > 0 and <= 64 } => "idempotent_id is required, at most 64",
        _ when body.Text("content_type") is not ("MDX" or "TEXT") => "content_type must be MDX or TEXT",
        _ when body.Text("content") is not { Length: > 0 and <= LongestContent } => "content is required, at most 61440",
        _ => null,
    };

    private static int Number(string? text, int otherwise) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private AilyMessage Add(AilySession session, JsonObject body)
    {
        var now = clock.GetUtcNow();
        lock (session.Gate)
        {
            var key = body.Text("idempotent_id");
            if (session.Messages.Find(m => m.IdempotentId == key && now - m.CreatedAt < IdempotentFor) is { } first)
            {
                return first;
            }

            var message = new AilyMessage(Ids.Aily("message_", 20), key, FromAssistant: false, body.Text("content_type")!, body.Text("content")!, null, now);
            session.Messages.Add(message);
            if (session.Messages.Count > MostMessages)
            {
                session.Messages.RemoveAt(0);
            }

            session.ModifiedAt = now;
            return message;
        }
    }

    /// <summary>What people wrote, and what the runs have written by now.</summary>
    private List<AilyMessage> Visible(AilySession session, bool partial)
    {
        var now = clock.GetUtcNow();
        lock (session.Gate)
        {
            var answers = session.Runs
                .Where(r => r.StatusAt(now) is "COMPLETED" or "REQUIRES_MESSAGE" || (partial && r.StatusAt(now) == "IN_PROGRESS"))
                .Select(r => Written(r, now));
            return [.. session.Messages.Concat(answers).OrderBy(m => m.CreatedAt)];
        }
    }

    private static AilyMessage Written(AilyRun run, DateTimeOffset now)
    {
        var done = now >= run.EndsAt;
        var share = done ? 1 : (now - run.StartedAt) / (run.EndsAt - run.StartedAt);
        var content = run.ChangesItsMind && share < 0.5 ? "Let me think…" : AnswerWriter.Beginning(run.Answer, share);
        return new(run.MessageId, null, FromAssistant: true, "MDX", content, run.Id, done ? run.EndsAt : run.StartedAt) { Complete = done };
    }
}
