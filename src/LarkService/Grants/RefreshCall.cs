using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants;

/// <summary>Sends a refresh token, once, and tells what is known afterwards.</summary>
internal sealed partial class RefreshCall(OAuthClient oauth, LarkApps apps, TimeProvider clock, ILogger<RefreshCall> logger)
{
    /// <summary>Well within <see cref="RefreshLeases.Lifetime"/>.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<RefreshReply> SendAsync(UserGrant grant, Secret token)
    {
        // Once sent the token is spent, so not even the end of the host interrupts this.
        using var limit = new CancellationTokenSource(Limit, clock);
        try
        {
            return await oauth.RefreshAsync(apps.Get(grant.AppId), token, limit.Token) switch
            {
                TokenAnswer.Issued issued => new RefreshReply.Issued(issued.Tokens, clock.GetUtcNow()),
                TokenAnswer.Refused { Error.Code: PlatformCodes.Ok } => new RefreshReply.None(), // a proxy's page, say: who knows what it did before
                TokenAnswer.Refused refused => new RefreshReply.Refused(refused.Error),
                _ => new RefreshReply.None(),
            };
        }
        catch (HttpRequestException e) when (WasNeverSent(e))
        {
            Log.NotSent(logger, grant.AppId, grant.OpenId, e.HttpRequestError);
            return new RefreshReply.NeverSent();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Log.NoAnswer(logger, grant.AppId, grant.OpenId, e.GetType().Name);
            return new RefreshReply.None();
        }
    }

    private static bool WasNeverSent(HttpRequestException e) => e.HttpRequestError is
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The platform cannot be reached to refresh {AppId}/{OpenId} ({Reason}); nothing was sent")]
        public static partial void NotSent(ILogger logger, string appId, string openId, HttpRequestError reason);

        [LoggerMessage(2, LogLevel.Warning, "No answer to the refresh of {AppId}/{OpenId} ({Reason}): whether its token is spent is not known")]
        public static partial void NoAnswer(ILogger logger, string appId, string openId, string reason);
    }
}

/// <summary>What is known after a refresh token was sent.</summary>
internal abstract record RefreshReply
{
    public sealed record Issued(TokenResponse Tokens, DateTimeOffset At) : RefreshReply;

    public sealed record Refused(PlatformError Error) : RefreshReply;

    /// <summary>No byte of the request went out: the token is as good as before.</summary>
    public sealed record NeverSent : RefreshReply;

    /// <summary>Nobody knows whether the token is spent.</summary>
    public sealed record None : RefreshReply;
}
