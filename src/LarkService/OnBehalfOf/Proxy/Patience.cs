namespace LarkService.OnBehalfOf.Proxy;

/// <summary>How long a call may stand still: it ends when nothing has moved for a while, or when its caller has left.</summary>
internal sealed class Patience : IDisposable
{
    /// <summary>Up to the first byte of the answer, and between any two pieces on the way there and back.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _over;
    private readonly CancellationToken _callerLeft;
    private readonly CancellationTokenRegistration _leaving;
    private long _renewed;

    public Patience(TimeProvider clock, CancellationToken callerLeft)
    {
        (_clock, _callerLeft, _renewed) = (clock, callerLeft, clock.GetTimestamp());
        _over = new CancellationTokenSource(Limit, clock);
        _leaving = callerLeft.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), _over);
    }

    public CancellationToken Token => _over.Token;

    /// <summary>Nobody waits for the answer any more.</summary>
    public bool CallerLeft => _callerLeft.IsCancellationRequested;

    /// <summary>What it means that the wait has ended, and not by the caller.</summary>
    public static HttpRequestException IsOver(OperationCanceledException e) => e.InnerException is TimeoutException
        ? new(HttpRequestError.ConnectionError, "The platform could not be connected to in time.", e)
        : new(HttpRequestError.Unknown, $"Nothing came from the platform for {Limit.TotalSeconds} s.", e);

    /// <summary>Something has moved. Counts from the second it did, so that a call of many pieces, or of a moment, does not set a clock with each.</summary>
    public void Renew()
    {
        if (_clock.GetElapsedTime(_renewed) >= Grain)
        {
            _renewed = _clock.GetTimestamp();
            _over.CancelAfter(Limit);
        }
    }

    public void Dispose()
    {
        _leaving.Dispose();
        _over.Dispose();
    }
}
