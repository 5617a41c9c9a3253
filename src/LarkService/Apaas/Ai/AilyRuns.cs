using System.Runtime.CompilerServices;
using System.Text.Json;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>Starts a run for a question, whatever an earlier attempt or another question left behind, and watches what it writes.</summary>
internal sealed class AilyRuns(AilyClient aily, TimeProvider clock)
{
    /// <summary>The longest a person waits for an answer; an active run that is older stands in the way and is cancelled.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Aily takes 1,000 calls of one API a minute from an app and company: one in 60 ms. Half of that is left to other processes.</summary>
    private static readonly TimeSpan PauseForEachWatcher = TimeSpan.FromSeconds(0.12);

    /// <summary>A rate limit that lasts longer is not waited out in one go.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    /// <summary>Stands for a run that could not be looked at just now.</summary>
    private static readonly AilyRun Waiting = new("", AilyRunStatus.InProgress, null, null, null);

    private int _watchers;

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
        var mark = Mark(questionId);
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

    /// <summary>Looks at a run until it is over or needs a message, or patience ends: less and less often while nothing new comes.</summary>
    /// <param name="user">Who asked.</param>
    /// <param name="sessionId">In which session.</param>
    /// <param name="runId">Which run.</param>
    /// <param name="partly">What it has written so far is of interest, not only what it has written in the end.</param>
    /// <param name="until">When patience ends.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Every look that shows new words, and the last one in any case.</returns>
    public async IAsyncEnumerable<AilyLook> WatchAsync(
        UserKey user, string sessionId, string runId, bool partly, DateTimeOffset until, [EnumeratorCancellation] CancellationToken ct)
    {
        IReadOnlyList<AilyMessage> seen = [];
        Interlocked.Increment(ref _watchers);
        try
        {
            for (var (looks, pause) = (0, FirstPause); ; looks++)
            {
                var (look, rest) = await LookAsync(user, sessionId, runId, partly, seen, until, ct);
                var news = !look.Messages.SequenceEqual(seen);
                seen = look.Messages;
                if (news || look.IsLast)
                {
                    yield return look;
                }

                if (look.IsLast)
                {
                    yield break;
                }

                pause = rest ?? (looks == 0 || news ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)));
                var share = Volatile.Read(ref _watchers) * PauseForEachWatcher;
                await Task.Delay(pause > share ? pause : share, clock, ct);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    /// <returns>What there is to see, and how long to wait when the platform was asked too often, or did not answer.</returns>
    private async Task<(AilyLook Look, TimeSpan? Pause)> LookAsync(
        UserKey user, string sessionId, string runId, bool partly, IReadOnlyList<AilyMessage> seen, DateTimeOffset until, CancellationToken ct)
    {
        TimeSpan? rest = null;
        var look = new AilyLook(Waiting, seen);
        try
        {
            var run = await aily.GetRunAsync(user, sessionId, runId, ct);
            look = new AilyLook(run, seen);
            if (run.Status is AilyRunStatus.Completed or AilyRunStatus.RequiresMessage || (partly && run.Status == AilyRunStatus.InProgress))
            {
                look = look with { Messages = await aily.ListMessagesAsync(user, sessionId, runId, partly: !look.IsLast, ct) };
            }
        }
        catch (Exception fault) when (fault is PlatformException { Error.IsTransient: true } || Unreachable.Is(fault, ct))
        {
            // The run goes on at Aily while its platform is away for a moment.
            rest = (fault as PlatformException)?.Error.RetryAfter is { } wait && wait < LongestRest ? wait : LongestPause;
            look = new AilyLook(Waiting, seen);
        }

        return (look.IsLast || clock.GetUtcNow() < until ? look : look with { Run = null }, rest);
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

    /// <summary>Cancels the run for a question whose starter could not note it.</summary>
    public async Task CancelOwnAsync(UserKey user, string sessionId, string questionId, CancellationToken ct)
    {
        try
        {
            if (Own(await aily.ListRunsAsync(user, sessionId, ct), Mark(questionId)) is { IsActive: true } left)
            {
                await aily.CancelRunAsync(user, sessionId, left.Id, ct);
            }
        }
        catch (Exception fault) when (fault is PlatformException || Unreachable.Is(fault, ct))
        {
            // As in CancelAsync.
        }
    }

    private async Task EndAsync(UserKey user, string sessionId, AilyRun other, DateTimeOffset until, CancellationToken ct)
    {
        var patience = (other.CreatedAt ?? clock.GetUtcNow()) + LongestWait;
        var ended = other.Status == AilyRunStatus.RequiresMessage
            ? other
            : (await WatchAsync(user, sessionId, other.Id, partly: false, patience < until ? patience : until, ct).LastAsync(ct)).Run;
        if (ended is null or { IsActive: true })
        {
            await CancelAsync(user, sessionId, other.Id, ct);
        }
    }

    private static string Mark(string questionId) => JsonSerializer.Serialize(new { question = questionId }, WireJson.Options);

    private static AilyRun? Own(IEnumerable<AilyRun> runs, string mark) => runs.FirstOrDefault(run => run.Metadata == mark);
}
