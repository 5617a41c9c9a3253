using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// Sends a call with its user's token. A refused token is renewed once and the call repeated once; a short pause that the platform
/// asks for is waited out once. Its codes decide, never its HTTP status. Any other answer comes back untouched.
/// </summary>
internal sealed class ProxySender(UserTokens tokens, LarkApps apps, ProxyClient client, AppSetupAlerts alerts, KnownApis apis, TimeProvider clock)
{
    /// <param name="user">In whose name.</param>
    /// <param name="scopes">What the caller says the call needs.</param>
    /// <param name="make">The request without its token; called again to repeat it.</param>
    /// <param name="mayRepeat">Whether it can be made again by now.</param>
    /// <param name="patience">Ends the wait.</param>
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="PlatformException">An administrator must act.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached, or its answer was lost.</exception>
    public async Task<SendOutcome> SendAsync(UserKey user, ScopeSet scopes, Func<HttpRequestMessage> make, Func<bool> mayRepeat, Patience patience)
    {
        var token = await TokenAsync(tokens.GetAsync(user, scopes, patience.Token), user, patience);
        var (refused, waited) = ((UserAccessToken?)null, false);
        while (true)
        {
            using var request = make();
            var reply = await SendOnceAsync(request, token, patience);
            var error = await MatterOfOursAsync(reply);
            if (error is null || IsTheApis(error, user, request, refused, token))
            {
                if (!reply.IsRefusal)
                {
                    apis.Succeeded(user.AppId, request);
                }

                return new SendOutcome.Answered(reply);
            }

            reply.Dispose();
            ThrowIfOthersMustAct(error, user, scopes, request);
            if (PlatformCodes.IsUserTokenRefused(error.Code))
            {
                refused = token;
                token = await TokenAsync(new(tokens.ReplaceAsync(user, token, scopes, patience.Token)), user, patience);
            }
            else if (waited || !mayRepeat() || !error.IsShortLimit)
            {
                return new SendOutcome.RateLimited(error);
            }
            else
            {
                await Task.Delay(error.RetryAfter!.Value, clock, patience.Token);
                waited = true;
            }

            if (!mayRepeat())
            {
                return new SendOutcome.RepeatRequired();
            }
        }
    }

    /// <returns>True when the API takes no user token at all: it refused a fresh one.</returns>
    private bool IsTheApis(PlatformError error, UserKey user, HttpRequestMessage request, UserAccessToken? refused, UserAccessToken token)
    {
        if (!PlatformCodes.IsUserTokenRefused(error.Code))
        {
            return false;
        }

        if (refused is not null)
        {
            apis.RefusedAgain(user.AppId, request, error.Code, refused, token);
        }

        return refused is not null || apis.RefusesEveryToken(user.AppId, request, error.Code);
    }

    private void ThrowIfOthersMustAct(PlatformError error, UserKey user, ScopeSet scopes, HttpRequestMessage request)
    {
        if (error.Code == PlatformCodes.UserScopeMissing)
        {
            throw new ConsentRequiredException(user, ConsentGap.Told(error, scopes, apis.ScopesOf(request)));
        }

        if (error.Code == PlatformCodes.AppScopeMissing)
        {
            alerts.ScopeMissing(apps.Get(user.AppId), error);
            throw new PlatformException(error);
        }
    }

    /// <returns>Null when the answer is the caller's own matter.</returns>
    private static async ValueTask<PlatformError?> MatterOfOursAsync(PlatformReply reply)
    {
        if (!IsOurs(reply.Code ?? PlatformCodes.Ok, reply.Status))
        {
            return null;
        }

        try
        {
            return await reply.ErrorAsync() is { } error && IsOurs(error.Code, error.HttpStatus) ? error : null;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    private static bool IsOurs(int code, int status) =>
        code is PlatformCodes.RateLimited or PlatformCodes.UserScopeMissing or PlatformCodes.AppScopeMissing
        || PlatformCodes.IsUserTokenRefused(code)
        || status == StatusCodes.Status429TooManyRequests;

    private static async ValueTask<UserAccessToken> TokenAsync(ValueTask<TokenOutcome> asking, UserKey user, Patience patience)
    {
        try
        {
            return (await asking).Usable(user);
        }
        catch (OperationCanceledException) when (!patience.CallerLeft)
        {
            throw new CallNotMadeException("The user's token could not be renewed in time.");
        }
    }

    private async ValueTask<PlatformReply> SendOnceAsync(HttpRequestMessage request, UserAccessToken token, Patience patience)
    {
        request.Headers.TryAddWithoutValidation("Authorization", token.Header.Reveal());
        try
        {
            return await PlatformReply.ReadAsync(await client.SendAsync(request, patience.Token), patience);
        }
        catch (OperationCanceledException e) when (!patience.CallerLeft)
        {
            throw Patience.IsOver(e);
        }
    }
}
