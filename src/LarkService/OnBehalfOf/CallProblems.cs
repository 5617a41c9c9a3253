using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf;

/// <summary>Answers a caller whose call on somebody's behalf could not be made. Where consent is missing, the user is asked for it.</summary>
internal sealed partial class CallProblems(IConsent consent, LarkApps apps, ILogger<CallProblems> logger)
{
    private static readonly ConsentPlace ByCard = new(
        "A system of your company wants to act for you.", "你所在企业的系统希望以你的名义执行操作。", "社内システムが、あなたの代わりに操作を行おうとしています。", ChatId: null, IsGroup: false, Explicit: false);

    /// <returns>What <paramref name="work"/> came to, or why it could not.</returns>
    public async Task<Results<TResult, ProblemHttpResult>> OrProblemAsync<TResult>(
        UserKey user, ScopeSet scopes, HttpContext http, Func<Task<Results<TResult, ProblemHttpResult>>> work, CancellationToken ct)
        where TResult : IResult
    {
        try
        {
            return await WorkAsync(scopes, http, work, mayRepeat: true, ct);
        }
        catch (PlatformException e) when (PlatformCodes.IsAppScopeMissing(e.Error.Code))
        {
            return Problems.AppScopeMissing(e.Error, AppSetupAlerts.ConsolePage(apps.Get(user.AppId), e.Error.Scopes));
        }
        catch (PlatformException e)
        {
            return Problems.PlatformRefused(e.Error);
        }
        catch (HttpRequestException)
        {
            return Problems.PlatformUnavailable();
        }
        catch (SealException e)
        {
            Log.DoesNotOpen(logger, user.AppId, user.OpenId, e.Message);
            return Problems.Of(
                "internal",
                StatusCodes.Status500InternalServerError,
                "What is stored for this user does not open",
                "It was changed, or its key is not configured. An operator finds it with 'LarkService keys verify'; a new consent (POST /api/v1/authorizations) replaces it.");
        }
    }

    private async Task<Results<TResult, ProblemHttpResult>> WorkAsync<TResult>(
        ScopeSet scopes, HttpContext http, Func<Task<Results<TResult, ProblemHttpResult>>> work, bool mayRepeat, CancellationToken ct)
        where TResult : IResult
    {
        try
        {
            return await work();
        }
        catch (ConsentRequiredException e)
        {
            var answer = await consent.AskAsync(e.User, e.Gap, scopes.Union(e.Gap.MissingScopes), ByCard, ct);
            return answer is ConsentAnswer.AlreadyGranted && mayRepeat
                ? await WorkAsync(scopes, http, work, mayRepeat: false, ct) // the user agreed at this very moment
                : Asked(e.Gap, answer, http);
        }
    }

    private static ProblemHttpResult Asked(ConsentGap gap, ConsentAnswer answer, HttpContext http)
    {
        if (answer is ConsentAnswer.Later later)
        {
            Problems.RetryAfter(later.After, http);
        }

        var waiting = answer as ConsentAnswer.Waiting;
        return Problems.AuthorizationRequired(gap.Reason, gap.MissingScopes, waiting?.SessionId, waiting?.CardSent == true, waiting?.ExpiresAt);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What is stored for {AppId}/{OpenId} does not open: {Why}")]
        public static partial void DoesNotOpen(ILogger logger, string appId, string openId, string why);
    }
}
