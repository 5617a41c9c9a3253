using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary><c>/open-apis/aily/v1/sessions/:id/runs</c>: one active run a session.</summary>
internal sealed partial class RunsApi(SandboxOptions options, AilyStore store, TimeProvider clock)
{
    private const int MostRuns = 1000;

    /// <summary>"sandbox:slow" in a question: its answer takes so many times as long.</summary>
    private const int SlowFactor = 10;

    public async Task<IResult> CreateAsync(HttpContext http, string sessionId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return AilyError.BadParameter("the session does not exist");
        }

        var appId = body.Text("app_id") ?? "";
        if (!AppId().IsMatch(appId) || appId != options.AilyAppId)
        {
            return AilyError.BadParameter("app_id is required and must name an Aily app of this tenant (spring_…__c)");
        }

        if (body.Text("skill_input") is { } input && (body.Text("skill_id") is null || input.Length > 255))
        {
            return AilyError.BadParameter("skill_input goes with skill_id, at most 255");
        }

        return Start(session, appId, body.Text("metadata")) is { } run
            ? Show(session, run)
            : AilyError.BadParameter("the session has an active run");
    }

    public IResult Get(HttpContext http, string sessionId, string runId) => WithRun(http, sessionId, runId, Show);

    public IResult Cancel(HttpContext http, string sessionId, string runId) => WithRun(http, sessionId, runId, (session, run) =>
    {
        lock (session.Gate)
        {
            run.Cancel(clock.GetUtcNow());
        }

        return Show(session, run);
    });

    public IResult List(HttpContext http, string sessionId)
    {
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return AilyError.BadParameter("the session does not exist");
        }

        lock (session.Gate)
        {
            var now = clock.GetUtcNow();
            return Answer.Data(new JsonObject { ["runs"] = new JsonArray([.. session.Runs.Select(r => AilyViews.Of(session, r, now))]), ["has_more"] = false, ["page_token"] = "" });
        }
    }

    private AilyRun? Start(AilySession session, string appId, string? metadata)
    {
        var now = clock.GetUtcNow();
        lock (session.Gate)
        {
            if (session.Runs.FindLast(r => r.IsActiveAt(now)) is { } active)
            {
                if (!IsAnswered(session, active, now))
                {
                    return null;
                }

                active.Cancel(now);
            }

            var asked = session.Messages.Where(m => !m.FromAssistant).Select(m => m.Content).ToList();
            var text = asked.LastOrDefault() ?? "";
            var ending = text.Contains("sandbox:fail", StringComparison.Ordinal) ? RunEnding.Fails
                : text.Contains("sandbox:ask", StringComparison.Ordinal) ? RunEnding.AsksBack
                : RunEnding.Completes;
            var duration = text.Contains("sandbox:slow", StringComparison.Ordinal) ? options.RunDuration * SlowFactor : options.RunDuration;
            var run = new AilyRun(Ids.Aily("run_", 20), appId, metadata, now, duration, AnswerWriter.Write(text, [.. asked.SkipLast(1)]), ending, Ids.Aily("message_", 20))
            {
                ChangesItsMind = text.Contains("sandbox:rewrite", StringComparison.Ordinal),
            };
            session.Runs.Add(run);
            if (session.Runs.Count > MostRuns)
            {
                session.Runs.RemoveAt(0);
            }

            return run;
        }
    }

    /// <summary>A run that asked back gives way once the person has written again.</summary>
    private static bool IsAnswered(AilySession session, AilyRun run, DateTimeOffset now) =>
        run.StatusAt(now) == "REQUIRES_MESSAGE" && session.Messages.Exists(m => !m.FromAssistant && m.CreatedAt > run.EndsAt);

    private IResult WithRun(HttpContext http, string sessionId, string runId, Func<AilySession, AilyRun, IResult> act)
    {
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return AilyError.BadParameter("the session does not exist");
        }

        AilyRun? run;
        lock (session.Gate)
        {
            run = session.Runs.Find(r => r.Id == runId);
        }

        return run is null ? AilyError.BadParameter("the run does not exist") : act(session, run);
    }

    private IResult Show(AilySession session, AilyRun run) => Answer.Data(new JsonObject { ["run"] = AilyViews.Of(session, run, clock.GetUtcNow()) });

    [GeneratedRegex("^spring_[0-9a-zA-Z]+__c$", RegexOptions.CultureInvariant)]
    private static partial Regex AppId();
}
