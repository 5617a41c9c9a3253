using LarkService.Platform;

namespace LarkService.Authorization;

/// <summary>
/// Asks for what calls need. Those that come for one user within a blink become one wish with all their scopes: a workflow that
/// begins five calls at once asks its user once. What people or callers ask for expressly is not gathered.
/// </summary>
internal sealed class CallConsents(Consents consents, TimeProvider clock)
{
    /// <summary>So long the first call waits for others.</summary>
    public static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(150);

    /// <summary>Users whose calls are being gathered at a time; calls of more are asked for by themselves.</summary>
    public const int MostUsers = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<UserKey, Gathering> _gatherings = [];

    /// <inheritdoc cref="Consents.AskAsync"/>
    public Task<AskOutcome> AskAsync(ConsentAsk ask, CancellationToken ct) =>
        ask.Origin == SessionOrigin.Call && Join(ask) is { } together ? together.WaitAsync(ct) : consents.AskAsync(ask, ct);

    /// <returns>Null when it is to be asked for by itself.</returns>
    private Task<AskOutcome>? Join(ConsentAsk ask)
    {
        lock (_gate)
        {
            if (_gatherings.TryGetValue(ask.User, out var open))
            {
                return open.Add(ask) ? open.Outcome : null;
            }

            if (_gatherings.Count >= MostUsers)
            {
                return null;
            }

            var first = new Gathering(ask);
            _gatherings.Add(ask.User, first);
            first.Outcome = AskTogetherAsync(first);
            return first.Outcome;
        }
    }

    // A caller who goes away takes nobody else's answer along.
    private async Task<AskOutcome> AskTogetherAsync(Gathering gathering)
    {
        await Task.Delay(Blink, clock, CancellationToken.None);
        lock (_gate)
        {
            _gatherings.Remove(gathering.All.User);
        }

        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            return await consents.AskAsync(gathering.All, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new HttpRequestException($"The user could not be asked within {Limit.TotalSeconds} s.");
        }
    }

    /// <summary>Calls that wait to be asked for together; changed inside the lock only.</summary>
    private sealed class Gathering(ConsentAsk first)
    {
        public ConsentAsk All { get; private set; } = first;

        public Task<AskOutcome> Outcome { get; set; } = null!;

        /// <returns>False when it would be more than the platform takes at once.</returns>
        public bool Add(ConsentAsk ask)
        {
            var scopes = All.Scopes.Union(ask.Scopes);
            if (scopes.Count > AskRules.MostScopes)
            {
                return false;
            }

            All = All with { Scopes = scopes, EvenIfGranted = All.EvenIfGranted || ask.EvenIfGranted };
            return true;
        }
    }
}
