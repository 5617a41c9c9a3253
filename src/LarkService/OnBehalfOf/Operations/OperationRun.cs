using System.Globalization;
using LarkService.Grants.Sealing;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>
/// One try at a caller's operation. The intent is written down before anything is sent; so after a crash, a lost answer or a lost lease
/// it is known that it may have been carried out, and only what is safe to repeat is repeated, for as long as it is safe.
/// </summary>
internal sealed partial class OperationRun(
    AuditedOperations operations,
    ICallerStanding callers,
    TokenSeal seal,
    ParkedCallWrites writes,
    ParkedCallAsking asking,
    OperationEnds ends,
    CallProblems problems,
    TimeProvider clock,
    ILogger<OperationRun> logger)
{
    public const int MostAnswerBytes = 4 * 1024 * 1024;

    /// <summary>So long a replica of before leaves a kind of call that it does not know to those that were upgraded.</summary>
    public static readonly TimeSpan LongestUpgrade = TimeSpan.FromHours(1);

    /// <summary>A rate limit is not the call's fault and no try of it: so long after the user's time to answer it is waited out.</summary>
    public static readonly TimeSpan LongestRateLimit = TimeSpan.FromHours(1);

    /// <summary>Longer than any one call may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>So long a call that is out when the host stops may still take; shorter than the host waits.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan[] Backoff = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)];

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForOthers = TimeSpan.FromSeconds(10);

    public async Task RunAsync(ParkedCall call, CancellationToken ct)
    {
        StoredOperation stored;
        try
        {
            stored = StoredOperation.Open(seal, call);
        }
        catch (SealException e)
        {
            await ends.FailAsync(call, problems.Of(call.User, e)); // it would not open later
            return;
        }

        var now = clock.GetUtcNow();
        var fault = call.GiveUpAs is null ? await callers.FaultAsync(call.CallerId!, ct) : null;
        var isWanted = call.GiveUpAs is null && fault is null;
        if (call.SentAt is { } sent && (!stored.IsSafeToRepeatAfter(sent, now) || (!isWanted && stored.ChangesSomething)))
        {
            await ends.UnknownAsync(call);
        }
        else if (call.GiveUpAs is { } end)
        {
            await ends.GiveUpAsync(call, Enum.Parse<ParkedCallEnd>(end));
        }
        else if (fault is not null)
        {
            await ends.FailAsync(call, Problems.NotAllowed(fault));
        }
        else if (!operations.Has(stored.Kind))
        {
            await LeaveToOthersAsync(call, stored);
        }
        else if (await writes.ChangeAsync(call, u => u.SetProperty(c => c.SentAt, call.SentAt ?? now), ct))
        {
            await TryAsync(call, stored, ct);
        }
    }

    private Task LeaveToOthersAsync(ParkedCall call, StoredOperation stored)
    {
        Log.NotKnown(logger, stored.Kind);
        return clock.GetUtcNow() < call.CreatedAt + LongestUpgrade
            ? ends.PutBackAsync(call, ForOthers, mayBeDone: false, counts: false)
            : FailAsync(call, stored, problems.Of(call.User, new InvalidOperationException($"Nobody carries out '{stored.Kind}'.")));
    }

    private async Task TryAsync(ParkedCall call, StoredOperation stored, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var stopping = ct.Register(() => limit.CancelAfter(Grace));
        OperationAnswer answer;
        try
        {
            answer = await operations.RunAsync(stored.Kind, call.CallerId!, call.User, stored.Payload, limit.Token);
        }
        catch (ConsentRequiredException e)
        {
            await AskAsync(call, stored, e.Gap, ct);
            return;
        }
        catch (PlatformException e)
        {
            await RefusedAsync(call, stored, e.Error, problems.Of(call.User, e));
            return;
        }
        catch (HttpRequestException e) when (e.IsTooLarge())
        {
            await ends.FailAsync(call, problems.Of(call.User, e)); // it was carried out; its answer would not be smaller later
            return;
        }
        catch (SealException e)
        {
            await FailAsync(call, stored, problems.Of(call.User, e)); // the user's token: nothing was sent
            return;
        }
        catch (Exception e)
        {
            await AgainAsync(call, stored, e, mayBeDone: e is not HttpRequestException lost || !lost.WasNeverSent());
            return;
        }

        await AnsweredAsync(call, stored, answer);
    }

    private async Task AnsweredAsync(ParkedCall call, StoredOperation stored, OperationAnswer answer)
    {
        var refusal = OperationErrors.RefusalIn(answer);
        if (answer.Body.Length > MostAnswerBytes)
        {
            await ends.EndAsync(call, ParkedCallState.Failed, StoredAnswer.Of(answer with { Body = default }, Problems.AnswerTooLarge()));
        }
        else if (refusal is null)
        {
            await ends.EndAsync(call, ParkedCallState.Succeeded, StoredAnswer.Of(answer));
        }
        else if (OperationErrors.ProblemIn(answer) is { } problem)
        {
            await (RestFor(call, stored, answer) is { } rest
                ? ends.PutBackAsync(call, rest, mayBeDone: true, counts: false)
                : ends.EndAsync(call, ParkedCallState.Failed, StoredAnswer.Of(answer) with { Error = problem }));
        }
        else
        {
            await RefusedAsync(call, stored, refusal, Problems.PlatformRefused(refusal), answer);
        }
    }

    /// <returns>How long to rest when something else is in its place for the moment; null when that is its end. Nobody waits on the line, so we come back ourselves.</returns>
    private TimeSpan? RestFor(ParkedCall call, StoredOperation stored, OperationAnswer answer) =>
        answer.Status == StatusCodes.Status409Conflict
        && stored.IsSafeToRepeat
        && answer.Headers.TryGetValue("Retry-After", out var seconds)
        && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var rest)
        && (call.SentAt is not { } first || clock.GetUtcNow() < first + LongestPause)
            ? TimeSpan.FromSeconds(Math.Clamp(rest, 1, LongestPause.TotalSeconds))
            : null;

    /// <summary>The platform answered, so the outcome of this try is known; what lies between it and us may answer in its place.</summary>
    private async Task RefusedAsync(ParkedCall call, StoredOperation stored, PlatformError error, ProblemHttpResult problem, OperationAnswer? answer = null)
    {
        if (error.IsRateLimit && clock.GetUtcNow() < (call.ExpiresAt ?? call.CreatedAt) + LongestRateLimit)
        {
            var pause = error.RetryAfter ?? Backoff[1];
            await ends.PutBackAsync(call, pause < LongestPause ? pause : LongestPause, mayBeDone: false, counts: false);
        }
        else if (error.IsTransient && !error.IsRateLimit && stored.IsSafeToRepeat && call.Attempts < Backoff.Length)
        {
            await ends.PutBackAsync(call, Backoff[call.Attempts], mayBeDone: true);
        }
        else if (stored.ChangesSomething && (error.LeavesOutcomeOpen || call.SentAt is not null)) // a refusal of this try tells nothing of one before it
        {
            await ends.UnknownAsync(call, answer);
        }
        else
        {
            await ends.EndAsync(call, ParkedCallState.Failed, answer is null ? StoredAnswer.Of(problem) : StoredAnswer.Of(answer, problem));
        }
    }

    private async Task AskAsync(ParkedCall call, StoredOperation stored, ConsentGap gap, CancellationToken ct)
    {
        try
        {
            if (await asking.AskAsync(call, gap, ct) is { } end)
            {
                await (call.SentAt is not null && stored.ChangesSomething ? ends.UnknownAsync(call) : ends.GiveUpAsync(call, end));
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await AgainAsync(call, stored, e, mayBeDone: false);
        }
        catch (OperationCanceledException)
        {
            await ends.PutBackAsync(call, TimeSpan.Zero, mayBeDone: false, counts: false);
        }
    }

    private async Task AgainAsync(ParkedCall call, StoredOperation stored, Exception e, bool mayBeDone)
    {
        if (mayBeDone && !stored.IsSafeToRepeat)
        {
            Log.Failed(logger, stored.Kind, call.Attempts + 1, e);
            await ends.UnknownAsync(call);
        }
        else if (call.Attempts < Backoff.Length)
        {
            Log.Again(logger, stored.Kind, call.Attempts + 1, e.GetType().Name);
            await ends.PutBackAsync(call, Backoff[call.Attempts], mayBeDone);
        }
        else if (mayBeDone && stored.ChangesSomething)
        {
            await ends.UnknownAsync(call);
        }
        else
        {
            await FailAsync(call, stored, problems.Of(call.User, e));
        }
    }

    /// <summary>This try did nothing; one before it may have.</summary>
    private Task FailAsync(ParkedCall call, StoredOperation stored, ProblemHttpResult problem) =>
        call.SentAt is not null && stored.ChangesSomething ? ends.UnknownAsync(call) : ends.FailAsync(call, problem);

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "Operation ({Kind}) failed at attempt {Attempt}")]
        public static partial void Failed(ILogger logger, string kind, int attempt, Exception e);

        [LoggerMessage(3, LogLevel.Information, "An operation ({Kind}) could not be made at attempt {Attempt} ({Why}) and is tried again")]
        public static partial void Again(ILogger logger, string kind, int attempt, string why);

        [LoggerMessage(4, LogLevel.Warning, "Nobody carries out operations of the kind '{Kind}' here: is this replica older than the others?")]
        public static partial void NotKnown(ILogger logger, string kind);
    }
}
