using System.Net;
using System.Text;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Proxy;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

/// <summary>One call with a user's token, and what becomes of the platform's refusals.</summary>
public sealed class ProxySenderTests : IDisposable
{
    private const string Api = "/open-apis/task/v2/tasks";
    private readonly Scene _scene = new();
    private readonly ProxySender _sender;
    private readonly ProxyClient _client;
    private readonly Patience _patience;
    private bool _mayRepeat = true;

    public ProxySenderTests()
    {
        _client = new ProxyClient(_scene.Platform);
        _sender = new ProxySender(_scene.Tokens, _scene.Apps, _client, _scene.SetupAlerts, new KnownApis(ApiRegistry.Load(), _scene.Clock), _scene.Clock);
        _patience = new Patience(_scene.Clock, CancellationToken.None);
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-2", "refresh-2"));
    }

    [Theory]
    [InlineData(200, """{"code":0,"data":{"id":"t1"}}""", false)]
    [InlineData(400, """{"code":1470400,"msg":"bad parameter"}""", true)]
    [InlineData(404, "", true)]
    [InlineData(500, "<html>oops</html>", true)]
    [InlineData(200, """{"code":230027,"msg":"no permission"}""", true)]
    public async Task The_platforms_answer_comes_back_as_it_is(int status, string body, bool isRefusal)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, status, body);

        using var reply = await AnsweredAsync();

        Assert.Equal((status, isRefusal, body), (reply.Status, reply.IsRefusal, Encoding.UTF8.GetString((await reply.BodyAsync(1000))!)));
        Assert.Equal("Bearer access-1", Assert.Single(_scene.Platform.To(Api)).Authorization);
    }

    [Theory]
    [InlineData(99991668, 400)]
    [InlineData(99991677, 200)]
    [InlineData(20005, 200)]
    [InlineData(99991677, 500)]
    public async Task A_refused_token_is_renewed_once_and_the_call_repeated_once_whatever_the_status(int code, int status)
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(code, status), (200, """{"code":0}"""));

        using var reply = await AnsweredAsync("the same body");

        Assert.False(reply.IsRefusal);
        Assert.Equal([("Bearer access-1", "the same body"), ("Bearer access-2", "the same body")], _scene.Platform.To(Api).Select(c => (c.Authorization!, c.Body)));
        Assert.Single(_scene.Platform.To(OpenPlatform.Token));
    }

    [Fact]
    public async Task Refused_again_with_a_fresh_token_the_answer_is_the_callers()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991668));

        using var reply = await AnsweredAsync();

        Assert.Equal(99991668, reply.Code);
        Assert.Equal(2, _scene.Platform.To(Api).Count);
        Assert.Contains("99991668", Encoding.UTF8.GetString((await reply.BodyAsync(1000))!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_that_refuses_a_fresh_token_costs_one_refresh_in_five_minutes()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991668));
        for (var call = 0; call < 4; call++)
        {
            using var reply = await AnsweredAsync();
            Assert.Equal(99991668, reply.Code);
        }

        Assert.Equal((5, 1), (_scene.Platform.To(Api).Count, _scene.Platform.To(OpenPlatform.Token).Count));
    }

    [Theory]
    [InlineData("""{"code":99991677,"msg":"in somebody's file"}""")]
    [InlineData("""{"code":99991400}""")]
    public async Task What_stands_in_a_file_that_is_downloaded_is_no_word_of_the_platform(string file)
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (_, _) =>
        {
            var answer = OpenPlatform.Response(200, file);
            answer.Content.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; filename=\"a.json\"");
            return Task.FromResult(answer);
        });

        using var reply = await AnsweredAsync();

        Assert.Equal((null, false, file), (reply.Code, reply.IsRefusal, Encoding.UTF8.GetString((await reply.BodyAsync(1000))!)));
        Assert.Single(_scene.Platform.To(Api));
    }

    [Fact]
    public async Task A_refusal_stays_one_whatever_file_it_names()
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (call, _) =>
        {
            var answer = call.Authorization == "Bearer access-1" ? OpenPlatform.Response(400, """{"code":99991677}""") : OpenPlatform.Response(200, "{}");
            answer.Content.Headers.TryAddWithoutValidation("Content-Disposition", "attachment");
            return Task.FromResult(answer);
        });

        using var reply = await AnsweredAsync();

        Assert.Equal((200, 2), (reply.Status, _scene.Platform.To(Api).Count));
    }

    [Fact]
    public async Task A_body_that_is_gone_is_not_repeated_but_the_token_is_renewed()
    {
        await _scene.GrantAsync();
        _mayRepeat = false;
        _scene.Platform.Answer(Api, OpenPlatform.Refusal(99991677));

        Assert.IsType<SendOutcome.RepeatRequired>(await SendAsync());
        Assert.Single(_scene.Platform.To(Api));
        Assert.Single(_scene.Platform.To(OpenPlatform.Token));
    }

    [Theory]
    [InlineData(429, "2")]
    [InlineData(400, "1")]
    [InlineData(400, "0")]
    public async Task A_short_pause_that_the_platform_asks_for_is_waited_out_once(int status, string seconds)
    {
        await _scene.GrantAsync();
        var asked = 0;
        _scene.Platform.When(Api, (_, _) => Task.FromResult(++asked == 1 ? Limited(status, seconds) : OpenPlatform.Response(200, """{"code":0}""")));

        var sending = SendAsync();
        if (seconds != "0")
        {
            await _scene.Clock.SomeoneWaitsForAsync(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(1, asked);
            _scene.Clock.AdvanceSeconds(2);
        }

        using var reply = Assert.IsType<SendOutcome.Answered>(await sending.Soon()).Reply;
        Assert.False(reply.IsRefusal);
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData(null, null)]
    public async Task A_longer_one_is_the_callers_to_wait(string? seconds, int? after)
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (_, _) => Task.FromResult(Limited(429, seconds)));

        var limited = Assert.IsType<SendOutcome.RateLimited>(await SendAsync());
        Assert.Equal(after, limited.Error.RetryAfter?.TotalSeconds);
        Assert.Single(_scene.Platform.To(Api));
    }

    [Fact]
    public async Task Nobody_waits_twice()
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (_, _) => Task.FromResult(Limited(429, "1")));

        var sending = SendAsync();
        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.IsType<SendOutcome.RateLimited>(await sending.Soon());
        Assert.Equal(2, _scene.Platform.To(Api).Count);
    }

    [Fact]
    public async Task A_429_that_is_no_json_is_a_limit_too()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, 429, "slow down");

        Assert.IsType<SendOutcome.RateLimited>(await SendAsync());
    }

    [Theory]
    [InlineData("", "task:task:read")]
    [InlineData("task:task:write", "task:task:write")]
    public async Task Scopes_the_user_has_not_granted_are_asked_for(string declared, string asked)
    {
        await _scene.GrantAsync(scopes: "task:task:write");
        _scene.Platform.Answer(Api, OpenPlatform.Recorded("error-user-scope-missing"));

        var gap = (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync(scopes: declared))).Gap;
        Assert.Equal((ConsentReason.ScopesMissing, ScopeSet.Of(asked)), (gap.Reason, gap.MissingScopes));
    }

    [Theory]
    [InlineData("", "task:task:write")]
    [InlineData("mine:thing", "mine:thing")]
    public async Task Where_the_platform_names_none_the_declared_or_documented_ones_are(string declared, string asked)
    {
        await _scene.GrantAsync(scopes: "mine:thing");
        _scene.Platform.Answer(Api, 400, """{"code":99991679,"msg":"Unauthorized."}""");

        Assert.Equal(ScopeSet.Of(asked), (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync(scopes: declared))).Gap.MissingScopes);
    }

    [Fact]
    public async Task What_the_app_lacks_is_told_to_the_operators()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, OpenPlatform.Recorded("error-app-scope-missing"));

        Assert.Equal(PlatformCodes.AppScopeMissing, (await Assert.ThrowsAsync<PlatformException>(() => SendAsync())).Error.Code);
        Assert.Single(_scene.Alerts.Told);
    }

    [Fact]
    public async Task Without_consent_nothing_is_sent()
    {
        Assert.Equal(ConsentReason.NotGranted, (await Assert.ThrowsAsync<ConsentRequiredException>(() => SendAsync())).Gap.Reason);
        Assert.Empty(_scene.Platform.Calls);
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_in_time_sent_nothing()
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (_, _) => throw new TaskCanceledException("The operation was canceled.", new TimeoutException("A connection could not be established within 10 s.")));

        Assert.True((await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync())).WasNeverSent());
    }

    [Fact]
    public async Task Nothing_for_100_seconds_is_no_answer()
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, async (_, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _scene.Clock, ct);
            throw new InvalidOperationException("Nobody ends this wait.");
        });

        var sending = SendAsync();
        await Until.TrueAsync(() => _scene.Platform.To(Api).Count == 1);
        _scene.Clock.AdvanceSeconds(99);
        Assert.False(sending.IsCompleted);
        _scene.Clock.AdvanceSeconds(1);

        Assert.False((await Assert.ThrowsAsync<HttpRequestException>(() => sending.Soon())).WasNeverSent());
    }

    public void Dispose()
    {
        _patience.Dispose();
        _scene.Dispose();
    }

    private static HttpResponseMessage Limited(int status, string? seconds)
    {
        var answer = OpenPlatform.Response(status, """{"code":99991400,"msg":"request trigger frequency limit"}""");
        if (seconds is not null)
        {
            answer.Headers.Add("x-ogw-ratelimit-reset", seconds);
        }

        return answer;
    }

    private async Task<PlatformReply> AnsweredAsync(string body = "") => Assert.IsType<SendOutcome.Answered>(await SendAsync(body)).Reply;

    private Task<SendOutcome> SendAsync(string body = "", string scopes = "") => _sender.SendAsync(
        Some.User,
        ScopeSet.Parse(scopes),
        () => new HttpRequestMessage(HttpMethod.Post, "https://open.feishu.cn" + Api) { Content = new StringContent(body), Version = HttpVersion.Version11 },
        () => _mayRepeat,
        _patience);
}
