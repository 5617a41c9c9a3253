using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>What callers are told when a call on somebody's behalf cannot be made.</summary>
public sealed class CallProblemsTests
{
    private readonly ScriptedConsent _consent = new();
    private readonly DefaultHttpContext _http = new();
    private int _made;

    [Fact]
    public async Task What_the_app_lacks_is_a_matter_for_an_administrator_with_the_page_that_mends_it()
    {
        var lacks = new PlatformError(PlatformCodes.AppScopeMissing, "Access denied.", "log-1", 400) { Scopes = ["minutes:minutes:readonly"] };

        var problem = await ProblemAsync(new PlatformException(lacks));

        Assert.Equal((403, "urn:lark-service:app-scope-missing"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Equal("https://open.feishu.cn/app/cli_a1b2c3d4e5f60718/auth?q=minutes:minutes:readonly", problem.ProblemDetails.Extensions["consoleUrl"]);
        Assert.Equal(["minutes:minutes:readonly"], (string[])problem.ProblemDetails.Extensions["missingScopes"]!);
        Assert.Empty(_consent.Asked);
    }

    [Fact]
    public async Task Who_is_left_in_peace_is_said_so_with_the_time_that_is_left()
    {
        _consent.Answer = () => new ConsentAnswer.Later(TimeSpan.FromMinutes(50));

        var problem = await ProblemAsync(new ConsentRequiredException(Some.User, new(ConsentReason.ScopesMissing, ScopeSet.Of("a"))));

        Assert.Equal((403, "urn:lark-service:authorization-required"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Equal((null, false, "scopes_missing"), (problem.ProblemDetails.Extensions["sessionId"], problem.ProblemDetails.Extensions["cardSent"], problem.ProblemDetails.Extensions["reason"]));
        Assert.Equal("3000", _http.Response.Headers.RetryAfter.ToString());
    }

    [Fact]
    public async Task Who_is_left_in_peace_in_the_middle_of_a_stream_is_told_so_without_a_header()
    {
        _consent.Answer = () => new ConsentAnswer.Later(TimeSpan.FromMinutes(50));
        _http.Features.Set<IHttpResponseFeature>(new StartedResponse());

        var problem = await ProblemAsync(new ConsentRequiredException(Some.User, new(ConsentReason.Revoked, ScopeSet.Of("a"))));

        Assert.Equal((403, "urn:lark-service:authorization-required"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Empty(_http.Response.Headers);
    }

    [Fact]
    public async Task A_limit_of_the_platform_is_told_with_the_time_it_takes()
    {
        var problem = await ProblemAsync(new PlatformException(new PlatformError(PlatformCodes.RateLimited, "too fast", null, 400) { RetryAfter = TimeSpan.FromSeconds(30) }));

        Assert.Equal((429, "urn:lark-service:rate-limited", 30), (problem.StatusCode, problem.ProblemDetails.Type, problem.ProblemDetails.Extensions["retryAfter"]));
        Assert.Equal("30", _http.Response.Headers.RetryAfter.ToString());
    }

    [Fact]
    public async Task A_scope_that_nobody_can_name_is_asked_of_nobody_and_the_call_is_not_made_again()
    {
        _consent.Answer = () => new ConsentAnswer.AlreadyGranted();

        var problem = await ProblemAsync(new ConsentRequiredException(Some.User, new(ConsentReason.ScopesMissing, ScopeSet.Empty)));

        Assert.Equal((403, "urn:lark-service:authorization-required", 1), (problem.StatusCode, problem.ProblemDetails.Type, _made));
        Assert.Contains("X-Lark-Scopes", problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_agreed_at_this_very_moment_has_the_call_made_again_once()
    {
        _consent.Answer = () => new ConsentAnswer.AlreadyGranted();

        await ProblemAsync(new ConsentRequiredException(Some.User, new(ConsentReason.Expired, ScopeSet.Empty)));

        Assert.Equal(2, _made);
    }

    private async Task<ProblemHttpResult> ProblemAsync(Exception fault)
    {
        var problems = new CallProblems(_consent, Some.Apps(), NullLogger<CallProblems>.Instance);
        var result = await problems.OrProblemAsync<Ok<string>>(
            Some.User,
            ScopeSet.Empty,
            _http,
            () =>
            {
                _made++;
                throw fault;
            },
            default);
        return Assert.IsType<ProblemHttpResult>(result.Result);
    }

    private sealed class StartedResponse : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
