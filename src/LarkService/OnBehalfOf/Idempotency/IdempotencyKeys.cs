using LarkService.Grants.Sealing;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>
/// Requests with an <c>Idempotency-Key</c> (after draft-ietf-httpapi-idempotency-key-header): the first is carried out, also when its
/// caller hangs up, and its answer kept for a day; whoever comes with the same key gets that answer again.
/// </summary>
internal sealed partial class IdempotencyKeys(KeyedRequests requests, TokenSeal seal, IHostApplicationLifetime host, TimeProvider clock, ILogger<IdempotencyKeys> logger)
{
    /// <summary>Longer than any one request takes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>So long a request may still take when the host stops; shorter than the host waits.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Renew = KeyedRequests.Lease / 3;

    /// <summary>An answer is not given up because the database does not answer for a moment; nor is its caller kept waiting for long.</summary>
    private static readonly TimeSpan[] UntilWritten = [.. new[] { 0.5, 1, 2 }.Select(s => TimeSpan.FromSeconds(s))];

    public Task PassAsync(HttpContext http, RequestDelegate next) => KeyedHttp.Applies(http) ? WithKeyAsync(http, next) : next(http);

    private async Task WithKeyAsync(HttpContext http, RequestDelegate next)
    {
        if (KeyedHttp.FaultIn(http) is { } fault)
        {
            await fault.ExecuteAsync(http);
            return;
        }

        if (await KeyedHttp.ReadAsync(http, http.RequestAborted) is not { } keyed)
        {
            await KeyedHttp.TooLarge().ExecuteAsync(http);
            return;
        }

        // Whoever leaves in the middle of it must not leave a key behind that nobody works on.
        if (await requests.ClaimAsync(keyed.Id, keyed.CallerId, keyed.Fingerprint, CancellationToken.None) is { } earlier)
        {
            await AgainAsync(http, keyed, earlier);
            return;
        }

        using var done = new CancellationTokenSource();
        var renewing = RenewAsync(keyed.Id, done.Token);
        try
        {
            await CarryOutAsync(http, keyed, next);
        }
        finally
        {
            await done.CancelAsync();
            await renewing;
        }
    }

    private async Task AgainAsync(HttpContext http, KeyedHttp keyed, KeyedRequest earlier)
    {
        if (earlier.Fingerprint != keyed.Fingerprint)
        {
            await Problems.IdempotencyConflict("The key was used for another request: another body, user or query. Take a fresh key for each call.").ExecuteAsync(http);
        }
        else if (earlier.SealedAnswer is not null)
        {
            await FirstAnswer.Open(seal, earlier).ReplayAsync(http);
        }
        else if (requests.IsInWork(earlier))
        {
            Problems.RetryAfter(TimeSpan.FromSeconds(1), http);
            await Problems.IdempotencyConflict("The first request with this key is still in work. Repeat this one in a moment for its answer.").ExecuteAsync(http);
        }
        else if (earlier.LeaseOwner is null)
        {
            await Problems.IdempotencyConflict($"The first request with this key was carried out; its answer was larger than {FirstAnswer.MostBytes} bytes and is not kept.").ExecuteAsync(http);
        }
        else
        {
            await Problems.IdempotencyConflict(
                "The first request with this key was broken off, and how far it came is not known. Look whether it was carried out before you make the call with a fresh key.").ExecuteAsync(http);
        }
    }

    private async Task CarryOutAsync(HttpContext http, KeyedHttp keyed, RequestDelegate next)
    {
        // Whoever hangs up comes again with the key: the answer has to be there then.
        using var limit = new CancellationTokenSource(Limit, clock);
        using var stopping = host.ApplicationStopping.Register(() => limit.CancelAfter(Grace));
        var caller = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var (held, hungUp) = (new KeptBody(caller.Stream, FirstAnswer.MostBytes), http.RequestAborted);
        var body = new StreamResponseBodyFeature(held);
        http.RequestAborted = limit.Token;
        http.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(http);
            await body.CompleteAsync();
        }
        catch (OperationCanceledException)
        {
            await WriteAsync(() => requests.AbandonAsync(keyed.Id));
            throw;
        }
        catch (Exception e)
        {
            // What could not even be read did nothing; of everything else nobody knows how far it came.
            Log.Failed(logger, e.GetType().Name);
            await WriteAsync(() => e is BadHttpRequestException && !Outcomes.IsUnknown(http) ? requests.GiveBackAsync(keyed.Id) : requests.AbandonAsync(keyed.Id));
            throw;
        }
        finally
        {
            http.Features.Set(caller);
            http.RequestAborted = hungUp;
        }

        var answer = held.Bytes;
        await WriteAsync(() => KeepAsync(http, keyed, answer));
        if (answer is { Length: > 0 })
        {
            http.Response.ContentLength = answer.Length;
            await caller.Stream.WriteAsync(answer, limit.Token);
        }
    }

    /// <summary>What cannot be written down leaves the key taken; the request was carried out, and its caller gets the answer all the same.</summary>
    private async Task WriteAsync(Func<Task> write)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception e)
            {
                Log.NotWritten(logger, e);
                if (attempt == UntilWritten.Length)
                {
                    return;
                }

                await Task.Delay(UntilWritten[attempt], clock, CancellationToken.None);
            }
        }
    }

    private Task KeepAsync(HttpContext http, KeyedHttp keyed, byte[]? answer)
    {
        if (http.Response.StatusCode == StatusCodes.Status499ClientClosedRequest)
        {
            return requests.AbandonAsync(keyed.Id); // we stopped it ourselves
        }

        if (!Outcomes.IsUnknown(http) && !IsFinal(http.Response.StatusCode))
        {
            return requests.GiveBackAsync(keyed.Id);
        }

        return requests.KeepAsync(keyed.Id, answer is null ? null : FirstAnswer.Of(http.Response, answer).Seal(seal, keyed.CallerId, keyed.Id));
    }

    // The others say: nothing was done, and later it may be. A 500 or 502 does not say that: a flow may have run and ended with an error.
    private static bool IsFinal(int status) => status is not (StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status408RequestTimeout
        or StatusCodes.Status409Conflict or 425 or StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable);

    private async Task RenewAsync(string id, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Renew, clock);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(ct);
                await requests.RenewAsync(id, ct);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                Log.NotRenewed(logger, e); // the next tick may do better, before the lease ends
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of a request with an idempotency key could not be renewed")]
        public static partial void NotRenewed(ILogger logger, Exception e);

        [LoggerMessage(3, LogLevel.Warning, "What a request with an idempotency key came to could not be written down")]
        public static partial void NotWritten(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Information, "A request with an idempotency key failed ({Why})")]
        public static partial void Failed(ILogger logger, string why);
    }
}
