using System.Globalization;
using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace LarkService.Platform.OpenApi;

/// <summary>
/// Repeats what may be repeated. Reads always; writes only when their sender says so (<see cref="SafeToRepeat"/>), because
/// the platform knows the call by an id of ours. Each try has a bound of its own; one that ends without an answer counts as
/// broken transport (<see cref="HttpRequestException"/>), like a connection that was lost.
/// </summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<bool> Safe = new("LarkService.SafeToRepeat");
    private static readonly HttpRequestOptionsKey<bool> Long = new("LarkService.TakesLong");
    private static readonly HttpRequestOptionsKey<bool> AsItComes = new("LarkService.Streamed");
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>For what the platform works on while we wait.</summary>
    private static readonly TimeSpan LongTry = TimeSpan.FromSeconds(100);

    private readonly ResiliencePipeline<HttpResponseMessage> _repeating;
    private readonly ResiliencePipeline<HttpResponseMessage> _once;
    private readonly ResiliencePipeline<HttpResponseMessage> _onceAndLong;

    public RetryHandler(TimeProvider clock)
    {
        var tryLimit = new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(15) };
        _once = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }.AddTimeout(tryLimit).Build();
        _onceAndLong = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }.AddTimeout(LongTry).Build();
        _repeating = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                MaxDelay = LongestWait,
                DelayGenerator = a => ValueTask.FromResult(WaitFor(a.Outcome.Result)),
                ShouldHandle = a => ValueTask.FromResult(IsPassing(a.Outcome)),
            })
            .AddTimeout(tryLimit)
            .Build();
    }

    public static void SafeToRepeat(HttpRequestMessage request) => request.Options.Set(Safe, true);

    public static void TakesLong(HttpRequestMessage request) => request.Options.Set(Long, true);

    public static void Streamed(HttpRequestMessage request) => request.Options.Set(AsItComes, true);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var pipeline = request.Method == HttpMethod.Get || request.Options.TryGetValue(Safe, out var safe) && safe ? _repeating
            : request.Options.TryGetValue(Long, out var isLong) && isLong ? _onceAndLong : _once;
        try
        {
            return await pipeline.ExecuteAsync(async ct => await AnswerAsync(request, ct), cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            throw new HttpRequestException(HttpRequestError.Unknown, $"No answer within {e.Timeout}.", e);
        }
    }

    // The body belongs to the try: one that stalls half-way is no answer either.
    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var response = await SendOnceAsync(request, ct);
        if (request.Options.TryGetValue(AsItComes, out var streamed) && streamed)
        {
            return response;
        }

        try
        {
            await response.Content.LoadIntoBufferAsync(PlatformAnswer.MaxBytes, ct);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    // A connection that does not come about in time ends as a cancellation that nobody asked for.
    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            return await base.SendAsync(request, ct);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !ct.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The platform could not be connected to in time.", e);
        }
    }

    private static bool IsPassing(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } } => false, // too large now, too large again
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests } =>
            (WaitFor(outcome.Result) ?? LongestWait) <= LongestWait,
        _ => false,
    };

    private static TimeSpan? WaitFor(HttpResponseMessage? response) =>
        response is not null && response.Headers.TryGetValues("x-ogw-ratelimit-reset", out var values)
            && double.TryParse(values.FirstOrDefault(), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86400
            ? TimeSpan.FromSeconds(seconds)
            : null;
}

/// <summary>Marks requests for <see cref="RetryHandler"/>.</summary>
internal static class RetryMarks
{
    /// <summary>Somebody's program runs before the platform answers, so the answer may take longer than others.</summary>
    public static HttpRequestMessage MarkLong(this HttpRequestMessage request)
    {
        RetryHandler.TakesLong(request);
        return request;
    }

    /// <summary>The answer comes bit by bit: whoever sent it reads it as it comes, and bounds how long that may take. It may take long to begin.</summary>
    public static HttpRequestMessage MarkStreamed(this HttpRequestMessage request)
    {
        RetryHandler.Streamed(request);
        return request.MarkLong();
    }

    /// <summary>Repeating this request does no harm: it changes nothing, or carries an id the platform de-duplicates by.</summary>
    public static HttpRequestMessage MarkSafeToRepeat(this HttpRequestMessage request)
    {
        RetryHandler.SafeToRepeat(request);
        return request;
    }
}
