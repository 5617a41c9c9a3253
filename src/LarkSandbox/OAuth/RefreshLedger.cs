using System.Collections.Concurrent;

namespace LarkSandbox.OAuth;

/// <summary>What became of every refresh token that was presented, to judge a client by.</summary>
internal sealed class RefreshLedger
{
    private const int Most = 100_000;
    private readonly ConcurrentQueue<RefreshSpend> _spends = new();

    /// <summary>In the order they were presented; the oldest are forgotten.</summary>
    public IReadOnlyCollection<RefreshSpend> All => [.. _spends];

    public void Note(RefreshSpend spend)
    {
        _spends.Enqueue(spend);
        if (_spends.Count > Most)
        {
            _spends.TryDequeue(out _);
        }
    }
}

/// <summary>A refresh token that was presented.</summary>
/// <param name="OpenId">Whose; empty when nobody knows the token.</param>
/// <param name="Token">The token.</param>
/// <param name="Refused">Why there was no new pair.</param>
/// <param name="Pair">The new pair.</param>
internal sealed record RefreshSpend(string OpenId, string Token, OAuthError? Refused, TokenPair? Pair);
