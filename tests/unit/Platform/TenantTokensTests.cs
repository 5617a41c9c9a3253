using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Platform;

public sealed class TenantTokensTests : IDisposable
{
    private const string App = "cli_a";
    private readonly ManualTime _clock = new();
    private readonly ScriptedHttp _network = new();
    private readonly LarkApps _apps = new(Options.Create(new LarkOptions
    {
        Apps = [new() { AppId = App, AppSecret = new Secret("app-secret") }, new() { AppId = "cli_b", AppSecret = new Secret("x"), Brand = Brand.Lark }],
    }));

    private readonly TenantTokens _tokens;

    public TenantTokensTests() => _tokens = new TenantTokens(_network, _apps, _clock);

    [Fact]
    public async Task A_token_is_asked_for_once_and_kept()
    {
        _network.Then(Fixture.Response("tenant-access-token.json"));

        Assert.Equal("t-FAKE-TENANT-TOKEN", (await GetAsync()).Reveal());
        Assert.Equal("t-FAKE-TENANT-TOKEN", (await GetAsync()).Reveal());

        var request = Assert.Single(_network.Requests);
        Assert.Equal("https://open.feishu.cn/open-apis/auth/v3/tenant_access_token/internal", request.Url.ToString());
        Assert.Equal("""{"app_id":"cli_a","app_secret":"app-secret"}""", request.Body);
    }

    [Fact]
    public async Task Many_callers_share_one_request()
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        _network.Then(_ => answer.Task);

        var waiting = Enumerable.Range(0, 50).Select(_ => Task.Run(GetAsync)).ToArray();
        answer.SetResult(Token("t-1", 7200));

        Assert.All(await Task.WhenAll(waiting), token => Assert.Equal("t-1", token.Reveal()));
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task A_token_is_renewed_in_the_last_30_minutes_of_its_life_and_not_before()
    {
        _network.Then(Token("t-1", 7200)).Then(Token("t-2", 7200));
        await GetAsync();

        _clock.Advance(TimeSpan.FromMinutes(90) - TimeSpan.FromSeconds(1));
        Assert.Equal("t-1", (await GetAsync()).Reveal());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("t-2", (await GetAsync()).Reveal());
    }

    [Fact]
    public async Task A_token_that_arrives_with_little_life_left_is_used_for_half_of_it()
    {
        _network.Then(Token("t-1", 600)).Then(Token("t-2", 7200));
        await GetAsync();

        _clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal("t-1", (await GetAsync()).Reveal());
        _clock.Advance(TimeSpan.FromMinutes(0.1));
        Assert.Equal("t-2", (await GetAsync()).Reveal());
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once_however_many_report_it()
    {
        _network.Then(Token("t-1", 7200)).Then(Token("t-2", 7200));
        var refused = await GetAsync();

        _tokens.Refused(App, refused);
        Assert.Equal("t-2", (await GetAsync()).Reveal());
        _tokens.Refused(App, refused);
        Assert.Equal("t-2", (await GetAsync()).Reveal());

        Assert.Equal(2, _network.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_reaches_the_caller_and_the_next_one_asks_again()
    {
        _network.Then(ScriptedHttp.Json("""{"code":10015,"msg":"app secret invalid"}""")).Then(Token("t-1", 7200));

        var refusal = await Assert.ThrowsAsync<PlatformException>(GetAsync);
        Assert.Equal(10015, refusal.Error.Code);
        Assert.DoesNotContain("app-secret", refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal("t-1", (await GetAsync()).Reveal());
    }

    [Fact]
    public async Task While_the_platform_is_away_the_present_token_serves_until_its_end()
    {
        // Given a token inside its last 30 minutes
        _network.Then(Token("t-1", 7200)).Then(new HttpRequestException("no route")).Then(new HttpRequestException("no route")).Then(Token("t-2", 7200));
        await GetAsync();
        _clock.Advance(TimeSpan.FromMinutes(100));

        // When it cannot be renewed, then it serves on, and the platform is left alone for a moment
        Assert.Equal("t-1", (await GetAsync()).Reveal());
        Assert.Equal("t-1", (await GetAsync()).Reveal());
        Assert.Equal(2, _network.Requests.Count);

        // And after its end the caller is told
        _clock.Advance(TimeSpan.FromMinutes(20));
        await Assert.ThrowsAsync<HttpRequestException>(GetAsync);
        Assert.Equal("t-2", (await GetAsync()).Reveal());
    }

    [Fact]
    public async Task Each_app_has_a_token_of_its_own()
    {
        _network.Then(Token("t-a", 7200)).Then(Token("t-b", 7200));

        Assert.Equal("t-a", (await GetAsync()).Reveal());
        Assert.Equal("t-b", (await _tokens.GetAsync("cli_b", default)).Reveal());
        Assert.Equal("open.larksuite.com", _network.Requests[1].Url.Host);
    }

    [Fact]
    public async Task A_call_whose_token_was_refused_is_repeated_once_with_a_new_one()
    {
        _network.Then(Token("t-1", 7200)).Then(ScriptedHttp.Json("""{"code":99991663}""", System.Net.HttpStatusCode.BadRequest))
            .Then(Token("t-2", 7200)).Then(ScriptedHttp.Json("""{"code":0,"data":{"message_id":"om_1"}}"""));
        var client = new OpenApiClient(_network, _tokens);

        var data = await client.SendAsync(_apps.Default, HttpMethod.Post, "/open-apis/im/v1/messages?receive_id_type=open_id", new { ReceiveId = "ou_1", Text = "你好" }, false, default);

        Assert.Equal("om_1", data.GetProperty("message_id").GetString());
        Assert.Equal(["Bearer t-1", "Bearer t-2"], _network.Requests.Where(r => r.Authorization is not null).Select(r => r.Authorization));
        Assert.Equal("""{"receive_id":"ou_1","text":"你好"}""", _network.Requests[^1].Body);
    }

    [Fact]
    public async Task A_call_that_is_refused_twice_is_told_to_its_caller()
    {
        _network.Then(Token("t-1", 7200)).Then(ScriptedHttp.Json("""{"code":99991663}""")).Then(Token("t-2", 7200)).Then(ScriptedHttp.Json("""{"code":99991663}"""));

        var refusal = await Assert.ThrowsAsync<PlatformException>(() =>
            new OpenApiClient(_network, _tokens).SendAsync(_apps.Default, HttpMethod.Get, "/open-apis/x", null, true, default));

        Assert.Equal(99991663, refusal.Error.Code);
        Assert.Equal(4, _network.Requests.Count);
    }

    public void Dispose() => _tokens.Dispose();

    private static HttpResponseMessage Token(string token, int expire) =>
        ScriptedHttp.Json($$"""{"code":0,"msg":"ok","tenant_access_token":"{{token}}","expire":{{expire}}}""");

    private Task<Secret> GetAsync() => _tokens.GetAsync(App, default);
}
