using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>Tenant tokens by the 30-minute rule: the same one while 30 minutes or more remain, then a new one beside it.</summary>
internal sealed class TenantTokens(SandboxOptions options, TokenMint mint, TimeProvider clock)
{
    private static readonly TimeSpan RenewBelow = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _live = [];
    private (string Value, DateTimeOffset ExpiresAt)? _current;

    public (string Value, TimeSpan Left) Get()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_current is not { } token || token.ExpiresAt - now < RenewBelow)
            {
                foreach (var (dead, _) in _live.Where(t => t.Value <= now).ToList())
                {
                    _live.Remove(dead);
                }

                token = (mint.TenantToken(), now + options.TenantTokenLifetime);
                _current = token;
                _live[token.Value] = token.ExpiresAt;
            }

            return (token.Value, token.ExpiresAt - now);
        }
    }

    public bool IsValid(string value)
    {
        lock (_gate)
        {
            return _live.TryGetValue(value, out var expiresAt) && clock.GetUtcNow() < expiresAt;
        }
    }

    /// <summary>All tenant tokens are expired from now on.</summary>
    public void ExpireAll()
    {
        lock (_gate)
        {
            _live.Clear();
            _current = null;
        }
    }
}
