using LarkService.Grants;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

public sealed class UserTokenHandlerTests : IDisposable
{
    private const string Api = "/open-apis/task/v2/tasks";
    private readonly Scene _scene = new();
    private readonly KnownApis _known;
    private readonly UserCalls _calls;

    public UserTokenHandlerTests()
    {
        _known = new KnownApis(ApiRegistry.Load(), _scene.Clock);
        _scene.Platform.Answer(Api, 200, """{"code":0,"data":{"id":"t1"}}""");
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
        _calls = new UserCalls(new ThroughHandler(_scene, _known), _scene.Apps, ApiRegistry.Load(), new CallMetrics(_scene.Meters), _scene.Clock);
    }

    [Fact]
    public async Task A_call_carries_the_users_token_and_the_body_in_the_platforms_spelling()
    {
        await _scene.GrantAsync();
        var answer = await SendAsync(new { TaskName = "写周报" });

        Assert.Equal("t1", answer.Data.GetProperty("id").GetString());
        var sent = Assert.Single(_scene.Platform.To(Api));
        Assert.Equal(("Bearer access-1", """{"task_name":"写周报"}"""), (sent.Authorization, sent.Body));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "ok"), ("api", "POST " + Api)));
    }

    [Theory]
    [InlineData(99991668)]
    [InlineData(99991677)]
    [InlineData(20005)]
    public async Task A_refused_token_is_refreshed_once_and_the_call_repeated_once_with_the_same_body(int code)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(code), (200, """{"code":0}"""));
        await SendAsync(new { Name = "x" });

        Assert.Equal(["Bearer access-1", "Bearer access-2"], _scene.Platform.To(Api).Select(c => c.Authorization));
        Assert.Single(_scene.Platform.To(Api).Select(c => c.Body).Distinct());
        Assert.Single(_scene.Platform.To(OpenPlatform.Token));
    }

    [Fact]
    public async Task A_token_refused_twice_is_a_refusal_and_no_third_try()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991668));

        Assert.Equal(99991668, (await Assert.ThrowsAsync<PlatformException>(() => SendAsync())).Error.Code);
        Assert.Equal(2, _scene.Platform.To(Api).Count);
        Assert.Single(_scene.Platform.To(OpenPlatform.Token));
    }

    [Fact]
    public async Task An_API_that_refuses_a_fresh_token_is_not_worth_another_refresh_for_five_minutes()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991668));
        for (var call = 0; call < 4; call++)
        {
            Assert.Equal(99991668, (await Assert.ThrowsAsync<PlatformException>(() => SendAsync())).Error.Code);
        }

        Assert.Equal((5, 1), (_scene.Platform.To(Api).Count, _scene.Platform.To(OpenPlatform.Token).Count));

        // Another API is another matter, and so is this one after a while
        _scene.Platform.Answer(Api + "/t1", OpenPlatform.Refusal(99991668), (200, """{"code":0}"""));
        await SendAsync(path: Api + "/t1", method: HttpMethod.Patch);
        _scene.Clock.Advance(KnownApis.Remembered);
        await Assert.ThrowsAsync<PlatformException>(() => SendAsync());
        Assert.Equal(3, _scene.Platform.To(OpenPlatform.Token).Count);
    }

    [Fact]
    public async Task An_API_that_takes_tokens_again_is_worth_a_refresh_again()
    {
        await _scene.GrantAsync();
        var no = OpenPlatform.Refusal(99991668);
        _scene.Platform.Answer(Api, no, no, (200, """{"code":0}"""), no, (200, """{"code":0}"""));
        await Assert.ThrowsAsync<PlatformException>(() => SendAsync());
        await SendAsync();

        await SendAsync();

        Assert.Equal((5, 2), (_scene.Platform.To(Api).Count, _scene.Platform.To(OpenPlatform.Token).Count));
    }

    [Theory]
    [InlineData(20005, "access-2")]
    [InlineData(99991668, "access-1")]
    public async Task Another_second_code_or_the_same_token_once_more_teaches_nothing_of_the_API(int second, string fresh)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens(fresh, "refresh-2"));
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991668), OpenPlatform.Refusal(second), OpenPlatform.Refusal(99991668), (200, """{"code":0}"""));
        await Assert.ThrowsAsync<PlatformException>(() => SendAsync());

        await SendAsync();

        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Token).Count);
    }

    [Fact]
    public void What_was_learned_of_a_path_nobody_documents_is_not_held_against_an_API_above_it()
    {
        using var odd = new HttpRequestMessage(HttpMethod.Post, "https://open.feishu.cn" + Api + "/t1/of_nobody");
        using var documented = new HttpRequestMessage(HttpMethod.Post, "https://open.feishu.cn" + Api);

        _known.RefusedAgain("cli_1", odd, 99991668, Token("a"), Token("b"));

        Assert.True(_known.RefusesEveryToken("cli_1", odd, 99991668));
        Assert.False(_known.RefusesEveryToken("cli_1", documented, 99991668));
    }

    [Fact]
    public async Task A_token_that_has_run_out_is_refreshed_whatever_is_known_of_the_API()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991668), OpenPlatform.Refusal(99991668), OpenPlatform.Refusal(99991677), (200, """{"code":0}"""));
        await Assert.ThrowsAsync<PlatformException>(() => SendAsync());

        await SendAsync();

        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Token).Count);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(400)]
    public async Task A_limit_that_is_over_soon_is_waited_out_once_by_a_write_as_well(int status)
    {
        await _scene.GrantAsync();
        var asked = 0;
        _scene.Platform.When(Api, (_, _) => Task.FromResult(++asked == 1 ? Limited(status, "2") : OpenPlatform.Response(200, """{"code":0}""")));

        var sending = SendAsync(new { Name = "x" });
        await _scene.Clock.SomeoneWaitsForAsync(2);
        Assert.Equal(1, asked);
        _scene.Clock.AdvanceSeconds(2);

        await sending.Soon();
        Assert.Equal(["""{"name":"x"}""", """{"name":"x"}"""], _scene.Platform.To(Api).Select(c => c.Body));
    }

    [Fact]
    public async Task A_longer_limit_is_told()
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (_, _) => Task.FromResult(Limited(400, "3")));

        Assert.True((await Assert.ThrowsAsync<PlatformException>(() => SendAsync())).Error.IsRateLimit);
        Assert.Single(_scene.Platform.To(Api));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "rate_limited")));
    }

    [Theory]
    [InlineData("", "task:task:write")]
    [InlineData("mine:thing", "mine:thing")]
    public async Task Where_the_platform_names_no_scope_the_declared_or_documented_ones_are_asked_for(string declared, string asked)
    {
        await _scene.GrantAsync(scopes: "mine:thing");
        _scene.Platform.Answer(Api, 400, """{"code":99991679,"msg":"Unauthorized."}""");

        Assert.Equal(ScopeSet.Of(asked), (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync(scopes: declared))).Gap.MissingScopes);
    }

    [Fact]
    public async Task A_refused_token_that_cannot_be_refreshed_means_asking_the_user()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991677));
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20064));
        _scene.Platform.Answer(OpenPlatform.UserInfo, OpenPlatform.Recorded("oauth-user-info-invalid-token"));

        Assert.Equal(ConsentReason.Expired, (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync())).Gap.Reason);
        Assert.Single(_scene.Platform.To(Api));
    }

    [Fact]
    public async Task Without_consent_nothing_is_sent()
    {
        var needed = await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync(scopes: "task:task:read"));

        Assert.Equal((ConsentReason.NotGranted, ScopeSet.Of("task:task:read"), Some.User), (needed.Gap.Reason, needed.Gap.MissingScopes, needed.User));
        Assert.Empty(_scene.Platform.Calls);
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "consent_required")));
    }

    [Fact]
    public async Task A_scope_we_know_to_be_missing_is_named_before_anything_is_sent()
    {
        await _scene.GrantAsync(scopes: "a");

        Assert.Equal(ScopeSet.Of("b"), (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync(scopes: "a b"))).Gap.MissingScopes);
        Assert.Empty(_scene.Platform.Calls);
    }

    [Theory]
    [InlineData("", "task:task:read")]
    [InlineData("task:task:write", "task:task:write")]
    public async Task Of_the_scopes_the_platform_misses_the_declared_one_is_asked_for_else_the_least(string declared, string asked)
    {
        await _scene.GrantAsync(scopes: "task:task:write");
        _scene.Platform.Answer(Api, OpenPlatform.Recorded("error-user-scope-missing"));

        var gap = (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync(scopes: declared))).Gap;
        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of(asked)), (gap.Reason, gap.MissingScopes));
    }

    [Fact]
    public async Task What_the_app_lacks_is_no_matter_for_the_user()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Recorded("error-app-scope-missing"));

        for (var call = 0; call < 3; call++)
        {
            Assert.Equal(PlatformCodes.AppScopeMissing, (await Assert.ThrowsAsync<PlatformException>(() => SendAsync())).Error.Code);
        }

        // The operators are told once, with the page that mends it
        var told = Assert.Single(_scene.Alerts.Told);
        Assert.Contains("https://open.feishu.cn/app/cli_a1b2c3d4e5f60718/auth?q=minutes:minutes:readonly", told.Words.En, StringComparison.Ordinal);
        Assert.Empty(await _scene.SessionsAsync());
    }

    [Fact]
    public async Task Of_alternatives_never_more_than_one_is_asked_for()
    {
        await _scene.GrantAsync(scopes: "other");
        _scene.Platform.Answer(Api, 400, """{"code":99991679,"error":{"permission_violations":[{"subject":"task:task"},{"subject":"task:task:write"},{"subject":"task:task.summary:read"},{"subject":"task:task:read"}]}}""");

        Assert.Equal(ScopeSet.Of("task:task.summary:read"), (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync())).Gap.MissingScopes);
    }

    [Fact]
    public async Task A_token_endpoint_that_refuses_our_app_is_the_platforms_refusal_and_nothing_is_sent()
    {
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(20002));

        Assert.Equal(20002, (await Assert.ThrowsAsync<PlatformException>(() => SendAsync())).Error.Code);
        Assert.Empty(_scene.Platform.To(Api));
    }

    [Fact]
    public async Task A_token_endpoint_out_of_reach_is_broken_transport_and_nothing_is_sent()
    {
        await _scene.GrantAsync();
        _scene.Clock.AdvanceSeconds(7200);
        _scene.Platform.Breaks(OpenPlatform.Token);
        var sending = SendAsync();
        foreach (var pause in new[] { 1, 2, 4 })
        {
            await _scene.Clock.SomeoneWaitsForAsync(pause);
            _scene.Clock.AdvanceSeconds(pause);
        }

        await Assert.ThrowsAsync<CallNotMadeException>(() => sending.Soon());
        Assert.Empty(_scene.Platform.To(Api));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "unreachable")));
    }

    [Fact]
    public async Task A_call_that_names_nobody_is_a_mistake_of_ours()
    {
        using var client = new ThroughHandler(_scene, _known).CreateClient("any");

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync(new Uri("https://open.feishu.cn" + Api)));
    }

    public void Dispose() => _scene.Dispose();

    private static UserAccessToken Token(string value) => new(new Secret(value), default, default, ScopeSet.Empty, 1);

    private static HttpResponseMessage Limited(int status, string seconds)
    {
        var answer = OpenPlatform.Response(status, """{"code":99991400,"msg":"request trigger frequency limit"}""");
        answer.Headers.Add("x-ogw-ratelimit-reset", seconds);
        return answer;
    }

    private Task<PlatformAnswer> SendAsync(object? body = null, string scopes = "", string path = Api, HttpMethod? method = null) =>
        _calls.SendAsync(Some.User, ScopeSet.Parse(scopes), method ?? HttpMethod.Post, path, body, repeatable: false, default);

    private sealed class ThroughHandler(Scene scene, KnownApis apis) : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(new UserTokenHandler(scene.Tokens, scene.Apps, scene.SetupAlerts, apis) { InnerHandler = scene.Platform }, disposeHandler: false);
    }
}
