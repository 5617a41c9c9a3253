using LarkService.Grants.OAuth;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// Tells the platform, as far as it listens, that the tokens of a grant are not wanted any more. Nobody waits for it: here they
/// are deleted already. A host that stops waits for what was begun.
/// </summary>
internal sealed partial class UpstreamRevocations(UserGrants grants, OAuthClient oauth, LarkApps apps, TimeProvider clock, ILogger<UpstreamRevocations> logger) : IAsyncDisposable
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <param name="grant">As it was before, with its tokens.</param>
    public void Tell(UserGrant grant)
    {
        lock (_gate)
        {
            _running.RemoveWhere(task => task.IsCompleted);
            if (_running.Count >= AtOnce)
            {
                Log.NotTold(logger, grant.AppId, "too many at once");
                return;
            }

            _running.Add(Task.Run(() => TellAsync(grant)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    private async Task TellAsync(UserGrant grant)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            var app = apps.Get(grant.AppId);
            if (grants.RefreshToken(grant) is { } refresh)
            {
                await oauth.RevokeAsync(app, refresh, "refresh_token", limit.Token);
            }

            if (grants.AccessToken(grant) is { } access)
            {
                await oauth.RevokeAsync(app, access, "access_token", limit.Token);
            }
        }
        catch (Exception e)
        {
            Log.NotTold(logger, grant.AppId, e.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The platform could not be told of a revocation for {AppId} ({Reason}); the tokens are deleted here all the same")]
        public static partial void NotTold(ILogger logger, string appId, string reason);
    }
}
