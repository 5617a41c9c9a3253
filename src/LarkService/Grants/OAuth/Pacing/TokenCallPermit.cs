namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Leave to make one call to the token endpoint, at once. Disposed when the answer is there, or when no call was made.</summary>
internal sealed class TokenCallPermit(TokenCallQueue queue) : IDisposable
{
    private int _over;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            queue.Answered();
        }
    }
}
