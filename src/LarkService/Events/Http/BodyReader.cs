namespace LarkService.Events.Http;

/// <summary>
/// Reads a body that anybody may have sent: no more bytes than allowed, no longer than 2 s, and only so many large ones at a
/// time. Small ones never wait for those.
/// </summary>
internal sealed class BodyReader(TimeProvider clock)
{
    /// <summary>The platform gives up after 3 s.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public const int MostLargeOnes = 8;

    private const int Large = 64 * 1024;
    private int _largeOnes;

    /// <param name="request">Whose body has not been touched.</param>
    /// <param name="most">Bytes.</param>
    public async Task<BodyOutcome> ReadAsync(HttpRequest request, int most)
    {
        if (request.ContentLength > most)
        {
            return new BodyOutcome.Refused(HttpPushOutcome.TooLarge);
        }

        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, request.HttpContext.RequestAborted);
        try
        {
            return await CollectAsync(request.Body, most, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return new BodyOutcome.Refused(HttpPushOutcome.Incomplete);
        }
    }

    // Memory follows what has come, not what a header promises.
    private async Task<BodyOutcome> CollectAsync(Stream body, int most, CancellationToken ct)
    {
        var kept = new MemoryStream();
        var part = new byte[16 * 1024];
        var large = false;
        try
        {
            int read;
            while ((read = await body.ReadAsync(part, ct)) > 0)
            {
                if (kept.Length + read > most)
                {
                    return new BodyOutcome.Refused(HttpPushOutcome.TooLarge);
                }

                if (!large && kept.Length + read > Large && !(large = TakeLargeOne()))
                {
                    return new BodyOutcome.Refused(HttpPushOutcome.Busy);
                }

                kept.Write(part, 0, read);
            }

            return new BodyOutcome.Complete(kept.GetBuffer().AsMemory(0, (int)kept.Length));
        }
        finally
        {
            if (large)
            {
                Interlocked.Decrement(ref _largeOnes);
            }
        }
    }

    private bool TakeLargeOne()
    {
        if (Interlocked.Increment(ref _largeOnes) <= MostLargeOnes)
        {
            return true;
        }

        Interlocked.Decrement(ref _largeOnes);
        return false;
    }
}

/// <summary>What reading a body came to.</summary>
internal abstract record BodyOutcome
{
    /// <param name="Bytes">As they came.</param>
    public sealed record Complete(ReadOnlyMemory<byte> Bytes) : BodyOutcome;

    /// <param name="Why">Too large, too slow, or too many.</param>
    public sealed record Refused(HttpPushOutcome Why) : BodyOutcome;
}
