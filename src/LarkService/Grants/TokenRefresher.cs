using System.Collections.Concurrent;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Refreshes a user's tokens, once however many ask. A refresh token works a single time, so the work belongs to nobody's
/// request: callers may leave, the refresh goes on and its result is stored before anybody gets it. A host that stops waits for
/// the answer to what was sent, for as long as one try may take.
/// </summary>
internal sealed class TokenRefresher(GrantRefresh refresh, TimeProvider clock, IHostApplicationLifetime host) : IAsyncDisposable
{
    private static readonly TimeSpan RestWhenUnavailable = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RestWhenRefused = TimeSpan.FromSeconds(30);
    private const int MaxResting = 10_000;
    private readonly ConcurrentDictionary<UserKey, Running> _running = [];

    /// <summary>What did not work a moment ago is not tried for every caller: the endpoint's quota belongs to people who consent.</summary>
    private readonly ConcurrentDictionary<UserKey, (DateTimeOffset Until, RefreshOutcome Outcome)> _resting = [];

    /// <summary>Joins the refresh that is under way for this user, or starts it.</summary>
    /// <param name="user">Whose tokens.</param>
    /// <param name="refused">The generation the platform refused, or whose end has come; a newer one is taken as it is.</param>
    /// <param name="priority">Whether somebody waits; one caller who does makes the whole refresh urgent.</param>
    /// <param name="ct">Ends the caller's wait, not the refresh.</param>
    public Task<RefreshOutcome> RefreshAsync(UserKey user, long refused, CallPriority priority, CancellationToken ct)
    {
        if (_resting.TryGetValue(user, out var rest) && rest.Until > clock.GetUtcNow())
        {
            return Task.FromResult(rest.Outcome);
        }

        var running = _running.GetOrAdd(user, key => new Running(urgency => RunAsync(key, refused, urgency)));
        if (priority == CallPriority.Interactive)
        {
            running.Urgency.Hurry();
        }

        return running.Task.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_running.Values.Select(Task (r) => r.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<RefreshOutcome> RunAsync(UserKey user, long refused, RefreshUrgency urgency)
    {
        await Task.Yield(); // the dictionary holds the task before it can end
        try
        {
            return Rest(user, await refresh.RunAsync(user, refused, urgency, host.ApplicationStopping));
        }
        finally
        {
            _running.TryRemove(user, out _);
        }
    }

    private RefreshOutcome Rest(UserKey user, RefreshOutcome outcome)
    {
        if (_resting.Count >= MaxResting)
        {
            _resting.Clear();
        }

        if (outcome is RefreshOutcome.Look)
        {
            _resting.TryRemove(user, out _);
        }
        else
        {
            _resting[user] = (clock.GetUtcNow() + (outcome is RefreshOutcome.Refused ? RestWhenRefused : RestWhenUnavailable), outcome);
        }

        return outcome;
    }

    /// <summary>A refresh under way, and whether somebody waits for it.</summary>
    private sealed class Running
    {
        private readonly Lazy<Task<RefreshOutcome>> _task;

        public Running(Func<RefreshUrgency, Task<RefreshOutcome>> run) => _task = new(() => run(Urgency));

        public RefreshUrgency Urgency { get; } = new();

        public Task<RefreshOutcome> Task => _task.Value;
    }
}

/// <summary>What a refresh came to; the tokens themselves are read from the store.</summary>
internal abstract record RefreshOutcome
{
    /// <summary>The stored grant tells: renewed, used up or revoked.</summary>
    public sealed record Look : RefreshOutcome;

    public sealed record Unavailable : RefreshOutcome;

    public sealed record Refused(Platform.OpenApi.PlatformError Error) : RefreshOutcome;
}
