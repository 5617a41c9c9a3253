using LarkService.Grants.Sealing;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>
/// One try at a caller's operation. The intent is written down before anything is sent; so after a crash, a lost answer or a lost lease
/// it is known that it may have been carried out, and only what is safe to repeat is repeated.
/// </summary>
internal sealed partial class OperationRun(
    AuditedOperations operations, TokenSeal seal, ParkedCallWrites writes, ParkedCallAsking asking, CallProblems problems, TimeProvider clock, ILogger<OperationRun> logger)
{
    public const int MostAnswerBytes = 4 * 1024 * 1024;

    /// <summary>Longer than any one call may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>So long a call that is out when the host stops may still take; shorter than the host waits.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan[] Backoff = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)];

    /// <summary>What the platform answered is not given up because the database does not answer for a moment.</summary>
    private static readonly TimeSpan[] UntilWritten = [.. new[] { 0.5, 1, 2, 4 }.Select(s => TimeSpan.FromSeconds(s))];

    /// <summary>A rate limit is not the call's fault, so it is given more tries.</summary>
    private const int MostRateLimits = 10;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    public async Task RunAsync(ParkedCall call, CancellationToken ct)
    {
        StoredOperation stored;
        try
        {
            stored = StoredOperation.Open(seal, call);
        }
        catch (SealException e)
        {
            await FailAsync(call, problems.Of(call.User, e)); // it would not open later
            return;
        }

        if (call.SentAt is not null && !stored.IsSafeToRepeat)
        {
            await UnknownAsync(call);
        }
        else if (call.GiveUpAs is { } end)
        {
            await GiveUpAsync(call, Enum.Parse<ParkedCallEnd>(end));
        }
        else if (!operations.Has(stored.Kind))
        {
            await FailAsync(call, problems.Of(call.User, new InvalidOperationException($"Nobody carries out '{stored.Kind}'.")));
        }
        else if (await writes.ChangeAsync(call, u => u.SetProperty(c => c.SentAt, clock.GetUtcNow()), ct))
        {
            await TryAsync(call, stored, ct);
        }
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
            await AskAsync(call, e.Gap, ct);
            return;
        }
        catch (PlatformException e)
        {
            await RefusedAsync(call, stored, e.Error, problems.Of(call.User, e));
            return;
        }
        catch (HttpRequestException e) when (stored.IsSafeToRepeat || e.WasNeverSent())
        {
            await AgainAsync(call, e, problems.Of(call.User, e));
            return;
        }
        catch (Exception e)
        {
            Log.Failed(logger, stored.Kind, call.Attempts + 1, e);
            await (stored.IsSafeToRepeat ? AgainAsync(call, e, problems.Of(call.User, e)) : UnknownAsync(call));
            return;
        }

        await AnsweredAsync(call, stored, answer);
    }

    private async Task AnsweredAsync(ParkedCall call, StoredOperation stored, OperationAnswer answer)
    {
        var refusal = OperationErrors.RefusalIn(answer);
        if (answer.Body.Length > MostAnswerBytes)
        {
            var tooLarge = Problems.PayloadTooLarge($"The call was made. Its answer has {answer.Body.Length} bytes, and at most {MostAnswerBytes} are kept: make calls with such answers without 'Prefer: respond-async'.");
            await EndAsync(call, ParkedCallState.Failed, StoredAnswer.Of(answer with { Body = default }, tooLarge));
        }
        else if (refusal is null)
        {
            await EndAsync(call, ParkedCallState.Succeeded, StoredAnswer.Of(answer));
        }
        else if (OperationErrors.ProblemIn(answer) is { } problem)
        {
            await EndAsync(call, ParkedCallState.Failed, StoredAnswer.Of(answer) with { Error = problem });
        }
        else
        {
            await RefusedAsync(call, stored, refusal, Problems.PlatformRefused(refusal), answer);
        }
    }

    /// <summary>The platform answered, so the outcome is known; what lies between it and us may answer in its place.</summary>
    private async Task RefusedAsync(ParkedCall call, StoredOperation stored, PlatformError error, ProblemHttpResult problem, OperationAnswer? answer = null)
    {
        if (error.IsRateLimit && call.Attempts < MostRateLimits)
        {
            var pause = error.RetryAfter ?? Backoff[Math.Min(call.Attempts, Backoff.Length - 1)];
            await PutBackAsync(call, pause < LongestPause ? pause : LongestPause);
        }
        else if (error is { Code: 0, HttpStatus: StatusCodes.Status502BadGateway or StatusCodes.Status504GatewayTimeout } && !stored.IsSafeToRepeat)
        {
            await UnknownAsync(call);
        }
        else if (error.IsTransient && !error.IsRateLimit && stored.IsSafeToRepeat && call.Attempts < Backoff.Length)
        {
            await PutBackAsync(call, Backoff[call.Attempts]);
        }
        else
        {
            await EndAsync(call, ParkedCallState.Failed, answer is null ? StoredAnswer.Of(problem) : StoredAnswer.Of(answer, problem));
        }
    }

    private async Task AskAsync(ParkedCall call, ConsentGap gap, CancellationToken ct)
    {
        try
        {
            if (await asking.AskAsync(call, gap, ct) is { } end)
            {
                await GiveUpAsync(call, end);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await AgainAsync(call, e, problems.Of(call.User, e));
        }
        catch (OperationCanceledException)
        {
            await PutBackAsync(call, TimeSpan.Zero, counts: false);
        }
    }

    private async Task AgainAsync(ParkedCall call, Exception e, ProblemHttpResult problem)
    {
        if (call.Attempts < Backoff.Length && e is not SealException)
        {
            Log.Again(logger, call.Attempts + 1, e.GetType().Name);
            await PutBackAsync(call, Backoff[call.Attempts]);
        }
        else
        {
            await FailAsync(call, problem);
        }
    }

    private Task PutBackAsync(ParkedCall call, TimeSpan pause, bool counts = true)
    {
        var (due, one) = (clock.GetUtcNow() + pause, counts ? 1 : 0);
        return writes.ChangeAsync(
            call,
            u => u.SetProperty(c => c.DueAt, due)
                .SetProperty(c => c.Attempts, c => c.Attempts + one)
                .SetProperty(c => c.SentAt, (DateTimeOffset?)null)
                .SetProperty(c => c.LeaseOwner, (string?)null),
            CancellationToken.None);
    }

    private Task GiveUpAsync(ParkedCall call, ParkedCallEnd end) => EndAsync(call, ParkedCallRun.StateOf(end), StoredAnswer.Of(OperationErrors.Ended(end, call.SessionId)));

    private Task FailAsync(ParkedCall call, ProblemHttpResult problem) => EndAsync(call, ParkedCallState.Failed, StoredAnswer.Of(problem));

    private Task UnknownAsync(ParkedCall call) => EndAsync(call, ParkedCallState.OutcomeUnknown, StoredAnswer.Of(Problems.PlatformUnavailable(mayBeDone: true)));

    private async Task EndAsync(ParkedCall call, string state, StoredAnswer answer)
    {
        var sealedAnswer = answer.Seal(seal, call);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await writes.EndAsync(call, state, sealedAnswer))
                {
                    Log.Ended(logger, call.Id, state, answer.Status);
                }

                return;
            }
            catch (Exception e) when (attempt < UntilWritten.Length)
            {
                Log.NotWritten(logger, call.Id, e);
                await Task.Delay(UntilWritten[attempt], clock, CancellationToken.None);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Operation {Id} ended: {State} (HTTP {Status})")]
        public static partial void Ended(ILogger logger, string id, string state, int? status);

        [LoggerMessage(2, LogLevel.Warning, "Operation ({Kind}) failed at attempt {Attempt}")]
        public static partial void Failed(ILogger logger, string kind, int attempt, Exception e);

        [LoggerMessage(4, LogLevel.Warning, "What operation {Id} came to could not be written down yet")]
        public static partial void NotWritten(ILogger logger, string id, Exception e);

        [LoggerMessage(3, LogLevel.Information, "An operation could not be made at attempt {Attempt} ({Why}) and is tried again")]
        public static partial void Again(ILogger logger, int attempt, string why);
    }
}
