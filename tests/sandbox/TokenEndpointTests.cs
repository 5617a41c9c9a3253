using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

public sealed class TokenEndpointTests : SandboxTest
{
    private const string Callback = "https://bot.example.com/oauth/callback";
    private const string Verifier = "TESTVERIFIER-0123456789-0123456789-0123456789-x";

    private protected override SandboxOptions Options { get; } = new() { RedirectUris = [Callback], DeviceInterval = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_code_is_exchanged_once_and_the_pair_looks_like_a_real_one()
    {
        var code = await CodeAsync("auth:user.id:read offline_access");

        var reply = await TokenAsync("authorization_code", ("code", code), ("redirect_uri", Callback), ("code_verifier", Verifier));

        Assert.Equal(200, reply.Status);
        Assert.Equal(0, reply.Code);
        Assert.StartsWith("eyJ", reply.Body["access_token"]!.ToString(), StringComparison.Ordinal);
        Assert.InRange(reply.Body["access_token"]!.ToString().Length, 1000, 2048);
        Assert.Equal(7200, reply.Body["expires_in"]!.GetValue<int>());
        Assert.Equal(604800, reply.Body["refresh_token_expires_in"]!.GetValue<int>());
        Assert.Equal("auth:user.id:read offline_access", reply.Body["scope"]!.ToString());
        Assert.NotEmpty(reply.Raw.Headers.GetValues("X-Tt-Logid"));
        Assert.Equal(20065, (await TokenAsync("authorization_code", ("code", code), ("code_verifier", Verifier))).Code);
    }

    [Fact]
    public async Task Without_offline_access_there_is_no_refresh_token_at_all()
    {
        var reply = await TokenAsync("authorization_code", ("code", await CodeAsync("auth:user.id:read")), ("code_verifier", Verifier));

        Assert.False(reply.Body.ContainsKey("refresh_token"));
        Assert.False(reply.Body.ContainsKey("refresh_token_expires_in"));
    }

    [Fact]
    public async Task A_code_is_bound_to_its_verifier_and_its_redirect_uri_and_grows_old()
    {
        var code = await CodeAsync("auth:user.id:read");

        Assert.Equal(20049, (await TokenAsync("authorization_code", ("code", code))).Code);
        Assert.Equal(20049, (await TokenAsync("authorization_code", ("code", code), ("code_verifier", Verifier + "y"))).Code);
        Assert.Equal(20071, (await TokenAsync("authorization_code", ("code", code), ("code_verifier", Verifier), ("redirect_uri", Callback + "/x"))).Code);
        Assert.Equal(20003, (await TokenAsync("authorization_code", ("code", "unknown"))).Code);
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(20004, (await TokenAsync("authorization_code", ("code", code), ("code_verifier", Verifier))).Code);
    }

    [Fact]
    public async Task A_refresh_token_works_once_and_the_old_access_token_stays_valid()
    {
        var first = Platform.Grant(LiLei.OpenId, "offline_access", "auth:user.id:read");
        var reply = await TokenAsync("refresh_token", ("refresh_token", first.Refresh!.Value));

        Assert.Equal(0, reply.Code);
        Assert.NotEqual(first.Refresh.Value, reply.Body["refresh_token"]!.ToString());
        Assert.Equal(20073, (await TokenAsync("refresh_token", ("refresh_token", first.Refresh.Value))).Code);
        Assert.Equal(LiLei.OpenId, (await CallAsync(HttpMethod.Get, "/open-apis/authen/v1/user_info", bearer: first.Access.Value)).Data["open_id"]!.ToString());
        Assert.Equal(2, Platform.TokenCalls("refresh_token"));
    }

    [Fact]
    public async Task Of_many_who_spend_a_refresh_token_at_once_exactly_one_wins()
    {
        var pair = Platform.Grant(LiLei.OpenId, "offline_access");

        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TokenAsync("refresh_token", ("refresh_token", pair.Refresh!.Value))));

        Assert.Single(replies, r => r.Code == 0);
        Assert.Equal(9, replies.Count(r => r.Code == 20073));
    }

    [Fact]
    public async Task Every_way_a_refresh_token_can_be_dead_has_its_own_code()
    {
        Assert.Equal(20026, (await TokenAsync("refresh_token", ("refresh_token", "ur-old"))).Code);

        var revoked = Platform.Grant(LiLei.OpenId, "offline_access");
        Platform.Faults.RevokeGrant(LiLei.OpenId);
        Assert.Equal(20064, (await TokenAsync("refresh_token", ("refresh_token", revoked.Refresh!.Value))).Code);

        var unused = Platform.Grant(LiLei.OpenId, "offline_access");
        Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal(20037, (await TokenAsync("refresh_token", ("refresh_token", unused.Refresh!.Value))).Code);
    }

    [Fact]
    public async Task A_year_after_the_consent_no_refresh_helps()
    {
        var token = Platform.Grant(LiLei.OpenId, "offline_access").Refresh!.Value;
        for (var day = 0; day < 364; day += 6)
        {
            Clock.Advance(TimeSpan.FromDays(6));
            var reply = await TokenAsync("refresh_token", ("refresh_token", token));
            if (reply.Code != 0)
            {
                Assert.Equal(20037, reply.Code);
                Assert.True(day > 355);
                return;
            }

            token = reply.Body["refresh_token"]!.ToString();
        }

        Clock.Advance(TimeSpan.FromDays(1.5));
        Assert.Equal(20037, (await TokenAsync("refresh_token", ("refresh_token", token))).Code);
    }

    [Fact]
    public async Task Scopes_accumulate_and_can_be_narrowed_for_one_token()
    {
        Platform.Grant(LiLei.OpenId, "auth:user.id:read");
        var pair = Platform.Grant(LiLei.OpenId, "offline_access", "aily:run:read");
        Assert.Contains("auth:user.id:read", pair.Access.Scopes);

        Assert.Equal(20067, (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh!.Value), ("scope", "aily:run:read aily:run:read"))).Code);
        Assert.Equal(20068, (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh.Value), ("scope", "aily:run:write"))).Code);
        Assert.Equal("aily:run:read", (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh.Value), ("scope", "aily:run:read"))).Body["scope"]!.ToString());
    }

    [Fact]
    public async Task The_client_must_be_who_it_says_by_one_method()
    {
        const string path = "/open-apis/authen/v2/oauth/token";
        Assert.Equal(20001, (await PostAsync(path)).Code);
        Assert.Equal(20036, (await PostAsync(path, new JsonObject { ["grant_type"] = "password" })).Code);
        Assert.Equal(20001, (await PostAsync(path, new JsonObject { ["grant_type"] = "refresh_token" })).Code);
        Assert.Equal(20048, (await PostAsync(path, new JsonObject { ["grant_type"] = "refresh_token", ["client_id"] = "cli_0000000000000000", ["client_secret"] = "x" })).Code);
        Assert.Equal(20002, (await PostAsync(path, new JsonObject { ["grant_type"] = "refresh_token", ["client_id"] = Options.AppId, ["client_secret"] = "x" })).Code);
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["client_id"] = Options.AppId, ["client_secret"] = Options.AppSecret, ["refresh_token"] = "x" };
        Assert.Equal(20070, (await PostFormAsync(path, form, $"{Options.AppId}:{Options.AppSecret}")).Code);
        Assert.Equal(20026, (await PostFormAsync(path, form)).Code);
        using var garbage = await SendAsync(HttpMethod.Post, path, new StringContent("{", Encoding.UTF8, "application/json"));
        Assert.Contains("20063", await garbage.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_documented_refusal_has_its_documented_status_and_error()
    {
        var ours = typeof(OAuth.OAuthError).GetFields().Where(f => f.IsStatic).Select(f => (OAuth.OAuthError)f.GetValue(null)!).Where(e => e.Code is not null).ToDictionary(e => e.Code!.Value);

        foreach (var response in Fixture.Read("oauth-token-errors.json")["responses"]!.AsArray())
        {
            if (ours.TryGetValue(response!["body"]!["code"]!.GetValue<int>(), out var error))
            {
                Assert.Equal((response["status"]!.GetValue<int>(), response["body"]!["error"]!.ToString()), (error.Status, error.Error));
            }
        }
    }

    [Fact]
    public async Task More_than_fifty_calls_a_second_are_told_how_long_to_wait()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => TokenAsync("refresh_token", ("refresh_token", "x"))));

        var limited = replies.Where(r => r.Status == 429).ToList();
        Assert.NotEmpty(limited);
        Assert.All(limited, r => Assert.Equal(99991400, r.Code));
        Assert.All(limited, r => Assert.Equal("1", r.Raw.Headers.GetValues("x-ogw-ratelimit-reset").Single()));
    }

    [Fact]
    public async Task While_the_limits_are_lifted_nothing_is_too_many_and_nothing_counts_for_later()
    {
        Platform.LimitsLifted = true;
        var free = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => TokenAsync("refresh_token", ("refresh_token", "unknown"))));
        Platform.LimitsLifted = false;

        Assert.DoesNotContain(free, r => r.Code == 99991400);
        Assert.Equal(20026, (await TokenAsync("refresh_token", ("refresh_token", "unknown"))).Code);
    }

    [Fact]
    public async Task A_device_code_is_pending_then_too_fast_then_good_once()
    {
        var device = await DeviceAsync("offline_access auth:user.id:read");
        var (code, userCode) = (device.Body["device_code"]!.ToString(), device.Body["user_code"]!.ToString());

        Assert.Equal("authorization_pending", (await PollAsync(code)).Error);
        Assert.Equal("slow_down", (await PollAsync(code)).Error);
        Assert.True(Platform.DecideDevice(userCode, LiLei.OpenId));
        Assert.False(Platform.DecideDevice(userCode, Ava.OpenId));
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("slow_down", (await PollAsync(code)).Error);
        Clock.Advance(TimeSpan.FromSeconds(15));
        var good = await PollAsync(code);
        Assert.Equal(0, good.Code);
        Assert.NotNull(good.Body["refresh_token"]);
        Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("invalid_grant", (await PollAsync(code)).Error);
    }

    [Fact]
    public async Task A_device_code_ends_refused_expired_or_unknown()
    {
        var refused = await DeviceAsync("offline_access");
        Platform.DecideDevice(refused.Body["user_code"]!.ToString(), LiLei.OpenId, allow: false);
        var denied = await PollAsync(refused.Body["device_code"]!.ToString());
        Assert.Equal((400, "access_denied"), (denied.Status, denied.Error));

        var late = await DeviceAsync("offline_access");
        Clock.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal("expired_token", (await PollAsync(late.Body["device_code"]!.ToString())).Error);
        Assert.Equal("invalid_grant", (await PollAsync("unknown")).Error);
    }

    [Fact]
    public async Task Device_authorization_wants_basic_credentials_and_a_form()
    {
        Assert.Equal("invalid_client", (await PostFormAsync("/oauth/v1/device_authorization", new() { ["client_id"] = Options.AppId })).Error);
        Assert.Equal("invalid_request", (await PostAsync("/oauth/v1/device_authorization")).Error);
    }

    [Fact]
    public async Task A_lost_answer_still_spends_the_token()
    {
        var pair = Platform.Grant(LiLei.OpenId, "offline_access");
        Platform.Faults.Board.LoseNextAnswer("/open-apis/authen/v2/oauth/token");

        await Assert.ThrowsAsync<HttpRequestException>(() => TokenAsync("refresh_token", ("refresh_token", pair.Refresh!.Value)));
        Assert.Equal(20073, (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh!.Value))).Code);
    }

    [Fact]
    public async Task Revoking_a_refresh_token_takes_the_whole_grant()
    {
        var pair = Platform.Grant(LiLei.OpenId, "offline_access");
        var form = new Dictionary<string, string> { ["client_id"] = Options.AppId, ["client_secret"] = Options.AppSecret, ["token"] = pair.Refresh!.Value };

        Assert.Equal(0, (await PostFormAsync("/oauth/v1/revoke", form)).Code);

        Assert.Equal(20064, (await TokenAsync("refresh_token", ("refresh_token", pair.Refresh.Value))).Code);
        Assert.Equal(20005, (await CallAsync(HttpMethod.Get, "/open-apis/authen/v1/user_info", bearer: pair.Access.Value)).Code);
        Assert.False(Platform.Tokens.GrantOf(LiLei.OpenId).HasGrant);
    }

    [Fact]
    public async Task User_info_answers_errors_with_200_and_hides_fields_without_their_scope()
    {
        var bad = await CallAsync(HttpMethod.Get, "/open-apis/authen/v1/user_info", bearer: "eyJ.nonsense");
        Assert.Equal((200, 20005L), (bad.Status, bad.Code));

        var plain = await CallAsync(HttpMethod.Get, "/open-apis/authen/v1/user_info", bearer: Platform.Grant(Ava.OpenId, "auth:user.id:read").Access.Value);
        Assert.Equal("Ava Stone", plain.Data["name"]!.ToString());
        Assert.Null(plain.Data["email"]);
        var more = await CallAsync(HttpMethod.Get, "/open-apis/authen/v1/user_info", bearer: Platform.Grant(Ava.OpenId, "contact:user.email:readonly").Access.Value);
        Assert.Equal(Ava.Email, more.Data["email"]!.ToString());
    }

    [Fact]
    public async Task A_tenant_token_stays_the_same_until_thirty_minutes_are_left()
    {
        var first = await TenantTokenAsync();
        Clock.Advance(TimeSpan.FromMinutes(89));
        Assert.Equal(first, await TenantTokenAsync());
        Clock.Advance(TimeSpan.FromMinutes(2));
        var second = await TenantTokenAsync();
        Assert.NotEqual(first, second);
        // Both serve until their own end.
        Assert.Equal(230001, (await PostAsync("/open-apis/im/v1/messages", bearer: first)).Code);
        Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(99991663, (await PostAsync("/open-apis/im/v1/messages", bearer: first)).Code);
        Assert.Equal(230001, (await PostAsync("/open-apis/im/v1/messages", bearer: second)).Code);
    }

    [Fact]
    public async Task The_consent_page_asks_in_words_switches_people_and_redirects_with_code_and_state()
    {
        var url = AuthorizeUrl("auth:user.id:read", "S 1");
        using var page = await SendAsync(HttpMethod.Get, url, cookie: $"sandbox_user={HanMeimei.OpenId}");
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        Assert.Contains("韩梅梅", html, StringComparison.Ordinal);
        Assert.Contains("Know who you are", html, StringComparison.Ordinal);

        using var switched = await DecideAsync(url, "switch", Ava.OpenId, HanMeimei.OpenId);
        Assert.Contains($"sandbox_user={Ava.OpenId}", switched.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);

        using var allowed = await DecideAsync(url, "decision", "allow", Ava.OpenId);
        Assert.Equal(HttpStatusCode.Redirect, allowed.StatusCode);
        var query = HttpUtility.ParseQueryString(allowed.Headers.Location!.Query);
        Assert.Equal("S 1", query["state"]);
        Assert.Equal(64, query["code"]!.Length);

        using var refused = await DecideAsync(url, "decision", "refuse", Ava.OpenId);
        Assert.Equal(Callback + "?error=access_denied&state=S%201", refused.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example.com/", "20029")]
    [InlineData("scope", "not:enabled", "20027")]
    [InlineData("client_id", "cli_0000000000000000", "20048")]
    [InlineData("response_type", "token", "20001")]
    public async Task What_the_app_may_not_ask_for_stays_on_the_page(string name, string value, string code)
    {
        var query = HttpUtility.ParseQueryString(AuthorizeUrl("auth:user.id:read", "s").Split('?')[1]);
        query[name] = value;

        using var page = await DecideAsync($"/open-apis/authen/v1/authorize?{query}", "decision", "allow", Ava.OpenId);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains(code, await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_device_page_serves_one_decision_by_whoever_is_signed_in()
    {
        var device = await DeviceAsync("offline_access auth:user.id:read");
        var link = new Uri(device.Body["verification_uri_complete"]!.ToString()).PathAndQuery;

        using var allowed = await DecideAsync(link, "decision", "allow", HanMeimei.OpenId);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        using var again = await DecideAsync(link, "decision", "allow", LiLei.OpenId);
        Assert.Contains("20003", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var token = (await PollAsync(device.Body["device_code"]!.ToString())).Body["access_token"]!.ToString();
        Assert.Equal(HanMeimei.OpenId, (await CallAsync(HttpMethod.Get, "/open-apis/authen/v1/user_info", bearer: token)).Data["open_id"]!.ToString());
    }

    private static string AuthorizeUrl(string scope, string state) =>
        $"/open-apis/authen/v1/authorize?client_id={new SandboxOptions().AppId}&response_type=code&redirect_uri={Uri.EscapeDataString(Callback)}&scope={Uri.EscapeDataString(scope)}"
        + $"&state={Uri.EscapeDataString(state)}&code_challenge_method=S256&code_challenge={Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)))}";

    private Task<HttpResponseMessage> DecideAsync(string url, string name, string value, string signedInAs) =>
        SendAsync(HttpMethod.Post, url, new FormUrlEncodedContent([new(name, value)]), cookie: $"sandbox_user={signedInAs}");

    private async Task<string> CodeAsync(string scope)
    {
        using var answer = await DecideAsync(AuthorizeUrl(scope, "s"), "decision", "allow", LiLei.OpenId);
        return HttpUtility.ParseQueryString(answer.Headers.Location!.Query)["code"]!;
    }

    private Task<Reply> DeviceAsync(string scope) =>
        PostFormAsync("/oauth/v1/device_authorization", new() { ["client_id"] = Options.AppId, ["scope"] = scope }, $"{Options.AppId}:{Options.AppSecret}");

    private Task<Reply> PollAsync(string deviceCode) => TokenAsync("urn:ietf:params:oauth:grant-type:device_code", ("device_code", deviceCode));
}
