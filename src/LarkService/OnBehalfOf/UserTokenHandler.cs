using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Puts the user's token on an outgoing call. Refused once, it refreshes once and repeats once; whatever only the user can
/// mend becomes a <see cref="ConsentRequiredException"/>; what the app itself lacks is told to the operators. The platform's codes
/// decide, never its HTTP status.
/// </summary>
internal sealed class UserTokenHandler(UserTokens tokens, LarkApps apps, AppSetupAlerts alerts, KnownApis apis) : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<UserCall> Key = new("LarkService.UserCall");

    /// <summary>In whose name, and what the call needs.</summary>
    public static void For(HttpRequestMessage request, UserKey user, ScopeSet scopes) => request.Options.Set(Key, new UserCall(user, scopes));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(Key, out var call))
        {
            throw new InvalidOperationException("A call on somebody's behalf names nobody.");
        }

        if (request.Content is not null)
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken); // so that it can be sent twice
        }

        var token = (await tokens.GetAsync(call.User, call.Scopes, cancellationToken)).Usable(call.User);
        var (response, error) = await SendAsync(request, token, cancellationToken);
        if (error is not null && PlatformCodes.IsUserTokenRefused(error.Code) && !apis.RefusesEveryToken(call.User.AppId, request, error.Code))
        {
            response.Dispose();
            var fresh = (await tokens.ReplaceAsync(call.User, token, call.Scopes, cancellationToken)).Usable(call.User);
            (response, error) = await SendAsync(request, fresh, cancellationToken);
            if (error is not null)
            {
                apis.RefusedAgain(call.User.AppId, request, error.Code, token, fresh);
            }
        }

        if (error is null && response.IsSuccessStatusCode)
        {
            apis.Succeeded(call.User.AppId, request);
        }

        if (error is { Code: PlatformCodes.UserScopeMissing })
        {
            response.Dispose();
            throw new ConsentRequiredException(call.User, ConsentGap.Told(error, call.Scopes, apis.ScopesOf(request)));
        }

        if (error is { Code: PlatformCodes.AppScopeMissing })
        {
            alerts.ScopeMissing(apps.Get(call.User.AppId), error);
        }

        return response;
    }

    private async Task<(HttpResponseMessage Response, PlatformError? Error)> SendAsync(HttpRequestMessage request, UserAccessToken token, CancellationToken ct)
    {
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", token.Header.Reveal());
        var response = await base.SendAsync(request, ct);
        if (response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return (response, null);
        }

        await response.Content.LoadIntoBufferAsync(PlatformAnswer.MaxBytes, ct);
        return (response, (await PlatformAnswer.ReadAsync(response, ct)).Error);
    }

    private sealed record UserCall(UserKey User, ScopeSet Scopes);
}
