using System.Text.Json;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>Starts a run for a question, whatever an earlier attempt or another question left behind, and waits for its end.</summary>
internal sealed class AilyRuns(AilyClient aily, TimeProvider clock)
{
    /// <summary>The longest a person waits for an answer; an active run that is older stands in the way and is cancelled.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <param name="user">Who asks.</param>
    /// <param name="sessionId">In which session.</param>
    /// <param name="ailyAppId">Whom.</param>
    /// <param name="questionId">Goes with the run, so that a later attempt finds it.</param>
    /// <param name="resumed">An earlier attempt may have started the run without living to note it.</param>
    /// <param name="until">When patience ends.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<AilyRun> StartAsync(
        UserKey user, string sessionId, string ailyAppId, string questionId, bool resumed, DateTimeOffset until, CancellationToken ct)
    {
        var mark = JsonSerializer.Serialize(new { question = questionId }, WireJson.Options);
        if (resumed && Own(await aily.ListRunsAsync(user, sessionId, ct), mark) is { } left)
        {
            return left;
        }

        try
        {
            return await aily.CreateRunAsync(user, sessionId, ailyAppId, mark, ct);
        }
        catch (Exception fault) when (fault is PlatformException || Unreachable.Is(fault, ct))
        {
            // Either the answer got lost, or a run of another question is active: no code is documented for that, so look.
            var runs = await aily.ListRunsAsync(user, sessionId, ct);
            if (Own(runs, mark) is { } started)
            {
                return started;
            }

            if (!runs.Any(run => run.IsActive))
            {
                throw;
            }

            foreach (var other in runs.Where(run => run.IsActive))
            {
                await EndAsync(user, sessionId, other, until, ct);
            }
        }

        return await aily.CreateRunAsync(user, sessionId, ailyAppId, mark, ct);
    }

    /// <returns>The run when it is over or needs a message; null when patience ended first.</returns>
    public async Task<AilyRun?> WaitAsync(UserKey user, string sessionId, string runId, DateTimeOffset until, CancellationToken ct)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            var run = await aily.GetRunAsync(user, sessionId, runId, ct);
            if (!run.IsActive || run.Status == AilyRunStatus.RequiresMessage)
            {
                return run;
            }

            if (clock.GetUtcNow() >= until)
            {
                return null;
            }

            await Task.Delay(pause, clock, ct);
        }
    }

    /// <summary>Frees the session for the next question; that it fails is no reason to fail.</summary>
    public async Task CancelAsync(UserKey user, string sessionId, string runId, CancellationToken ct)
    {
        try
        {
            await aily.CancelRunAsync(user, sessionId, runId, ct);
        }
        catch (Exception fault) when (fault is PlatformException || Unreachable.Is(fault, ct))
        {
            // The next question meets the run again and deals with it then.
        }
    }

    private async Task EndAsync(UserKey user, string sessionId, AilyRun other, DateTimeOffset until, CancellationToken ct)
    {
        var patience = (other.CreatedAt ?? clock.GetUtcNow()) + LongestWait;
        var ended = other.Status == AilyRunStatus.RequiresMessage
            ? other
            : await WaitAsync(user, sessionId, other.Id, patience < until ? patience : until, ct);
        if (ended is null or { IsActive: true })
        {
            await CancelAsync(user, sessionId, other.Id, ct);
        }
    }

    private static AilyRun? Own(IEnumerable<AilyRun> runs, string mark) => runs.FirstOrDefault(run => run.Metadata == mark);
}
