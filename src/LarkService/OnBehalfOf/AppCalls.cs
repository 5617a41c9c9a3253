using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Calls that the platform takes from the app alone (tenant token), made because somebody wants them done for a user: never without
/// that user's grant, and counted like the calls in their name.
/// </summary>
internal sealed class AppCalls(UserTokens tokens, UserGrants grants, OpenApiClient client, LarkApps apps, AppSetupAlerts alerts, ApiRegistry apis, CallMetrics metrics, TimeProvider clock)
{
    /// <summary>The user agreed to this app acting for them, and it still holds: a grant that has run out is refreshed first.</summary>
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="PlatformException">An administrator must act.</exception>
    /// <exception cref="HttpRequestException">The platform does not answer.</exception>
    public async Task RequireGrantAsync(UserKey user, CancellationToken ct) => _ = (await tokens.GetAsync(user, ScopeSet.Empty, ct)).Usable(user);

    /// <returns>Null when no consent of the user brought it.</returns>
    public async Task<Secret?> EmailAsync(UserKey user, CancellationToken ct) => await grants.FindAsync(user, ct) is { } grant ? grants.Email(grant) : null;

    /// <param name="user">Whose grant it needs; which app calls.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, from <c>/open-apis/</c> on.</param>
    /// <param name="body">Sent as JSON in the platform's spelling; null for none.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ConsentRequiredException">The user has to agree first; nothing was sent.</exception>
    /// <exception cref="PlatformException">The platform refused.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached, or its answer was lost.</exception>
    public async Task<PlatformAnswer> SendAsync(UserKey user, HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var app = apps.Get(user.AppId);
        var started = clock.GetTimestamp();
        var outcome = CallOutcomes.Unreachable;
        try
        {
            await RequireGrantAsync(user, ct);
            var answer = await WithinLimitsAsync(() => client.AnswerAsync(app, method, path, body, repeatable: false, ct, takesLong: true), ct);
            outcome = CallOutcomes.Ok;
            return answer;
        }
        catch (ConsentRequiredException)
        {
            outcome = CallOutcomes.ConsentRequired;
            throw;
        }
        catch (PlatformException e)
        {
            outcome = CallOutcomes.Of(e.Error);
            if (e.Error.Code == PlatformCodes.AppScopeMissing)
            {
                alerts.ScopeMissing(app, e.Error);
            }

            throw;
        }
        finally
        {
            metrics.Called(apis.Find(method.Method, path), outcome, clock.GetElapsedTime(started));
        }
    }

    private async Task<PlatformAnswer> WithinLimitsAsync(Func<Task<PlatformAnswer>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (PlatformException e) when (e.Error.IsShortLimit)
        {
            await Task.Delay(e.Error.RetryAfter!.Value, clock, ct);
        }

        return await call();
    }
}
