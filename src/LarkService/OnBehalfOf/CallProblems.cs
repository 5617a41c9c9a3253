using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf;

/// <summary>Answers a caller whose call on somebody's behalf could not be made. Where consent is missing, the user is asked for it.</summary>
internal sealed partial class CallProblems(IConsent consent, LarkApps apps, ILogger<CallProblems> logger)
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    /// <summary>How users are asked for what callers want.</summary>
    public static ConsentPlace ByCard { get; } = new(
        "A system of your company wants to act for you.", "你所在企业的系统希望以你的名义执行操作。", "社内システムが、あなたの代わりに操作を行おうとしています。", ChatId: null, IsGroup: false, Explicit: false);

    /// <returns>What <paramref name="work"/> came to, or why it could not.</returns>
    public async Task<Results<TResult, ProblemHttpResult>> OrProblemAsync<TResult>(
        UserKey user, ScopeSet scopes, HttpContext http, Func<Task<Results<TResult, ProblemHttpResult>>> work, CancellationToken ct)
        where TResult : IResult
    {
        var answer = await OrProblemAsync(user, scopes, async () => (await work()).Result, (gap, asked) => Task.FromResult<IResult>(Asked(gap, asked, http)), ct, http);
        if (answer is ProblemHttpResult problem)
        {
            return problem;
        }

        return (TResult)answer;
    }

    /// <param name="user">In whose name.</param>
    /// <param name="scopes">All the work will need.</param>
    /// <param name="work">Called again when the user agrees at this very moment.</param>
    /// <param name="asked">Answers the caller once the user was asked.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="http">Gets the headers that belong to a problem.</param>
    /// <returns>What <paramref name="work"/> or <paramref name="asked"/> came to, or the problem that stood in the way.</returns>
    public async Task<IResult> OrProblemAsync(
        UserKey user, ScopeSet scopes, Func<Task<IResult>> work, Func<ConsentGap, ConsentAnswer, Task<IResult>> asked, CancellationToken ct, HttpContext? http = null)
    {
        for (var mayRepeat = true; ; mayRepeat = false)
        {
            try
            {
                return await work();
            }
            catch (ConsentRequiredException e)
            {
                if (await AskAsync(e, user, scopes, asked, mayRepeat, http, ct) is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception e) when (IsTold(e))
            {
                return Of(user, e, http);
            }
        }
    }

    /// <param name="user">In whose name.</param>
    /// <param name="fault">What went wrong.</param>
    /// <param name="http">Gets the headers that belong to the problem; null when it is kept for later.</param>
    /// <returns>The problem for a fault that is no fault of ours.</returns>
    public ProblemHttpResult Of(UserKey user, Exception fault, HttpContext? http = null)
    {
        switch (fault)
        {
            case PlatformException e when PlatformCodes.IsAppScopeMissing(e.Error.Code):
                return Problems.AppScopeMissing(e.Error, AppSetupAlerts.ConsolePage(apps.Get(user.AppId), e.Error.Scopes));
            case PlatformException { Error.IsRateLimit: true } e:
                return Limited(e.Error, http);
            case PlatformException e:
                return Problems.PlatformRefused(e.Error);
            case OutcomeUnknownException:
                return Problems.PlatformUnavailable(mayBeDone: true);
            case HttpRequestException e when e.IsTooLarge():
                return Problems.AnswerTooLarge();
            case HttpRequestException:
                return Problems.PlatformUnavailable();
            case SealException e:
                Log.DoesNotOpen(logger, user.AppId, user.OpenId, e.Message);
                return Problems.Of(
                    "internal",
                    StatusCodes.Status500InternalServerError,
                    "What is stored for this user does not open",
                    "It was changed, or its key is not configured. An operator finds it with 'LarkService keys verify'; a new consent (POST /api/v1/authorizations) replaces it.");
            default:
                return Problems.Of("internal", StatusCodes.Status500InternalServerError, "Something went wrong here", "It is not your request's fault. The traceId finds it in the log.");
        }
    }

    /// <returns>The answer to a caller whom the platform holds back for longer than is waited for here.</returns>
    public static ProblemHttpResult Limited(PlatformError error, HttpContext? http) =>
        Problems.RateLimited("The platform takes no more calls of this API for the moment. Nothing was done.", error.RetryAfter ?? AMoment, http);

    /// <returns>The answer to a caller who has to come again when the user has agreed.</returns>
    public static ProblemHttpResult Asked(ConsentGap gap, ConsentAnswer answer, HttpContext http)
    {
        // In the middle of a stream there are no headers any more.
        if (answer is ConsentAnswer.Later later && !http.Response.HasStarted)
        {
            Problems.RetryAfter(later.After, http);
        }

        var waiting = answer as ConsentAnswer.Waiting;
        return Problems.AuthorizationRequired(gap.Reason, gap.MissingScopes, waiting?.SessionId, waiting?.CardSent == true, waiting?.ExpiresAt);
    }

    private static bool IsTold(Exception e) => e is PlatformException or HttpRequestException or SealException;

    /// <returns>Null: the user agreed at this very moment, and the work is done again.</returns>
    private async Task<IResult?> AskAsync(
        ConsentRequiredException needed, UserKey user, ScopeSet scopes, Func<ConsentGap, ConsentAnswer, Task<IResult>> asked, bool mayRepeat, HttpContext? http, CancellationToken ct)
    {
        try
        {
            var answer = await consent.AskAsync(needed.User, needed.Gap, scopes.Union(needed.Gap.MissingScopes), ByCard, ct);
            return answer is ConsentAnswer.AlreadyGranted && mayRepeat && !needed.Gap.IsNameless ? null : await asked(needed.Gap, answer);
        }
        catch (Exception e) when (IsTold(e))
        {
            return Of(user, e, http);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What is stored for {AppId}/{OpenId} does not open: {Why}")]
        public static partial void DoesNotOpen(ILogger logger, string appId, string openId, string why);
    }
}
