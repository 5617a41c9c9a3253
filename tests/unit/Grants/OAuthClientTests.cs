using System.Text.Json.Nodes;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

public sealed class OAuthClientTests
{
    private readonly OpenPlatform _platform = new();
    private readonly LarkApp _app = Some.Apps().Default;

    private OAuthClient Client => Some.OAuth(_platform);

    [Fact]
    public async Task A_code_is_exchanged_with_its_verifier_and_the_redirect_uri_of_the_page()
    {
        var expected = Asked("oauth-token-code-success", OpenPlatform.Token);
        await Client.ExchangeAsync(_app, new Secret("FAKE-CODE"), new Secret("TESTVERIFIER-0123456789-0123456789-0123456789-x"), Scene.RedirectUri, default);

        IsSent(expected);
    }

    [Fact]
    public async Task A_refresh_names_the_refresh_token_and_the_app()
    {
        var expected = Asked("oauth-token-refresh-success", OpenPlatform.Token);
        var issued = Assert.IsType<TokenAnswer.Issued>(await Client.RefreshAsync(_app, new Secret("eyJ.FAKE-REFRESH-TOKEN-1.sig"), default)).Tokens;

        IsSent(expected);
        Assert.Equal("eyJ.FAKE-ACCESS-TOKEN-3.sig", issued.AccessToken.Reveal());
        Assert.Equal("eyJ.FAKE-REFRESH-TOKEN-2.sig", issued.RefreshToken!.Reveal());
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromDays(7)), (issued.AccessLifetime, issued.RefreshLifetime));
        Assert.Equal(ScopeSet.Of("offline_access", "minutes:minutes.transcript:export", "auth:user.id:read"), issued.Scopes);
    }

    [Fact]
    public async Task A_device_code_is_polled_with_the_device_grant()
    {
        _platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("device-token-success"));
        Assert.IsType<TokenAnswer.Issued>(await Client.PollDeviceAsync(_app, new Secret("FAKE-DEVICE-CODE"), CallPriority.Expected, default));

        var sent = Assert.Single(_platform.Calls).Json;
        Assert.Equal("urn:ietf:params:oauth:grant-type:device_code", (string?)sent["grant_type"]);
        Assert.Equal(["client_id", "client_secret", "device_code", "grant_type"], sent.Select(f => f.Key).Order());
    }

    [Fact]
    public async Task Without_offline_access_there_is_no_refresh_token()
    {
        _platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("oauth-token-no-offline-access"));
        var issued = Assert.IsType<TokenAnswer.Issued>(await Client.RefreshAsync(_app, new Secret("r"), default)).Tokens;

        Assert.Null(issued.RefreshToken);
        Assert.Null(issued.RefreshLifetime);
        Assert.Equal(ScopeSet.Of("auth:user.id:read"), issued.Scopes);
    }

    [Theory]
    [InlineData("invalid_client", 20002, 400)]
    [InlineData("server_error", 20050, 500)]
    [InlineData("temporarily_unavailable", 20072, 503)]
    [InlineData("20037", 20037, 400)]
    public async Task A_refusal_carries_the_platform_code_and_the_error_word(string holding, int code, int status)
    {
        _platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("oauth-token-errors", holding));
        var refused = Assert.IsType<TokenAnswer.Refused>(await Client.RefreshAsync(_app, new Secret("r"), default));

        Assert.Equal((code, status), (refused.Error.Code, refused.Error.HttpStatus));
        Assert.NotEmpty(refused.OAuthError);
        Assert.NotEmpty(refused.Error.Message);
    }

    [Theory]
    [InlineData("authorization_pending")]
    [InlineData("slow_down")]
    [InlineData("access_denied")]
    [InlineData("expired_token")]
    [InlineData("invalid_grant")]
    public async Task While_polling_the_error_word_is_the_answer(string error)
    {
        _platform.Answer(OpenPlatform.Token, OpenPlatform.Recorded("device-token-errors", error));

        Assert.Equal(error, Assert.IsType<TokenAnswer.Refused>(await Client.PollDeviceAsync(_app, new Secret("d"), CallPriority.Background, default)).OAuthError);
    }

    [Theory]
    [InlineData(200, """{"code":0}""")]
    [InlineData(200, """{"code":0,"access_token":""}""")]
    [InlineData(200, """{"code":0,"access_token":42}""")]
    [InlineData(200, "<html>")]
    [InlineData(502, "")]
    public async Task An_answer_without_a_token_is_no_success(int status, string body)
    {
        _platform.Answer(OpenPlatform.Token, status, body);

        Assert.IsType<TokenAnswer.Refused>(await Client.RefreshAsync(_app, new Secret("r"), default));
    }

    [Fact]
    public async Task Lifetimes_written_as_texts_are_read_because_a_spent_refresh_token_cannot_be_spent_again()
    {
        _platform.Answer(OpenPlatform.Token, 200, """{"code":0,"access_token":"a","expires_in":"7200","refresh_token":"r2","refresh_token_expires_in":"604800"}""");
        var issued = Assert.IsType<TokenAnswer.Issued>(await Client.RefreshAsync(_app, new Secret("r"), default)).Tokens;

        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromDays(7)), (issued.AccessLifetime, issued.RefreshLifetime));
    }

    [Fact]
    public async Task A_device_authorization_signs_with_basic_and_asks_for_the_scopes()
    {
        _platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        var device = await Client.AuthorizeDeviceAsync(_app, ScopeSet.Parse("offline_access minutes:minutes.transcript:export"), default);

        var sent = Assert.Single(_platform.Calls);
        Assert.Equal("https://accounts.feishu.cn/oauth/v1/device_authorization", sent.Url.AbsoluteUri);
        Assert.Equal("Basic Y2xpX2ExYjJjM2Q0ZTVmNjA3MTg6RkFLRS1TRUNSRVQ=", sent.Authorization);
        Assert.Equal("application/x-www-form-urlencoded", sent.ContentType);
        Assert.Equal(new() { ["client_id"] = Some.AppId, ["scope"] = "minutes:minutes.transcript:export offline_access" }, sent.Form);
        Assert.Equal("FAKE-DEVICE-CODE", device.DeviceCode.Reveal());
        Assert.Equal("https://accounts.feishu.cn/oauth/v1/device/verify?flow_id=FAKE-FLOW&user_code=ABCD-EFGH", device.Link.Reveal());
        Assert.Equal((TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(5)), (device.Lifetime, device.Interval));
    }

    [Fact]
    public async Task A_device_authorization_falls_back_to_the_bare_page_and_the_usual_times()
    {
        _platform.Answer(OpenPlatform.Device, 200, """{"device_code":"d","user_code":"u","verification_uri":"https://accounts.feishu.cn/v"}""");
        var device = await Client.AuthorizeDeviceAsync(_app, ScopeSet.Empty, default);

        Assert.Equal("https://accounts.feishu.cn/v", device.Link.Reveal());
        Assert.Equal((TimeSpan.FromSeconds(240), TimeSpan.FromSeconds(5)), (device.Lifetime, device.Interval));
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client","error_description":"No such app."}""")]
    [InlineData(200, """{"error":"invalid_scope","error_description":"No such scope."}""")]
    [InlineData(200, """{"device_code":"d"}""")]
    public async Task A_refused_device_authorization_is_the_platforms_refusal_whatever_its_status(int status, string body)
    {
        _platform.Answer(OpenPlatform.Device, status, body);

        await Assert.ThrowsAsync<PlatformException>(() => Client.AuthorizeDeviceAsync(_app, ScopeSet.Empty, default));
    }

    [Fact]
    public async Task Who_a_token_belongs_to_is_asked_with_that_token()
    {
        var info = await Client.UserInfoAsync(_app, new Secret("eyJ.FAKE-USER-TOKEN.sig"), default);

        var sent = Assert.Single(_platform.Calls);
        Assert.Equal((HttpMethod.Get, "https://open.feishu.cn/open-apis/authen/v1/user_info", "Bearer eyJ.FAKE-USER-TOKEN.sig"), (sent.Method, sent.Url.AbsoluteUri, sent.Authorization));
        Assert.Equal(
            new UserInfo(Some.User.OpenId, "on_00000000000000000000000000000001", "u1a2b3c4", "Zhang San", "San Zhang", "https://example.com/a.png", "zhang@example.com", "+8613000000000", "1a2b3c4d5e6f7081"), info);
    }

    [Fact]
    public async Task A_token_that_belongs_to_nobody_is_a_refusal_although_the_status_is_200()
    {
        _platform.Answer(OpenPlatform.UserInfo, OpenPlatform.Recorded("oauth-user-info-invalid-token"));

        Assert.Equal(20005, (await Assert.ThrowsAsync<PlatformException>(() => Client.UserInfoAsync(_app, new Secret("x"), default))).Error.Code);
    }

    [Fact]
    public async Task A_revocation_names_the_token_and_what_it_is()
    {
        await Client.RevokeAsync(_app, new Secret("ur-1"), "refresh_token", default);

        var sent = Assert.Single(_platform.Calls);
        Assert.Equal("https://accounts.feishu.cn/oauth/v1/revoke", sent.Url.AbsoluteUri);
        Assert.Equal(new() { ["client_id"] = Some.AppId, ["client_secret"] = Some.AppSecret, ["token"] = "ur-1", ["token_type_hint"] = "refresh_token" }, sent.Form);
    }

    [Fact]
    public async Task No_secret_is_ever_in_an_address()
    {
        _platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("a", "r"));
        _platform.Answer(OpenPlatform.Device, OpenPlatform.Recorded("device-authorization-success"));
        await Client.ExchangeAsync(_app, new Secret("the-code"), new Secret("the-verifier"), Scene.RedirectUri, default);
        await Client.RefreshAsync(_app, new Secret("the-refresh-token"), default);
        await Client.PollDeviceAsync(_app, new Secret("the-device-code"), CallPriority.Background, default);
        await Client.AuthorizeDeviceAsync(_app, ScopeSet.Empty, default);
        await Client.UserInfoAsync(_app, new Secret("the-access-token"), default);
        await Client.RevokeAsync(_app, new Secret("the-token"), "access_token", default);

        Assert.Equal(6, _platform.Calls.Count);
        Assert.All(_platform.Calls, c => Assert.Empty(c.Url.Query));
        Assert.All(_platform.Calls, c => Assert.DoesNotContain("the-", c.Url.AbsoluteUri, StringComparison.Ordinal));
    }

    private JsonObject Asked(string fixture, string path)
    {
        _platform.Answer(path, OpenPlatform.Recorded(fixture));
        return JsonNode.Parse(Fixture.Json(fixture).GetProperty("request").GetRawText())!.AsObject();
    }

    private void IsSent(JsonObject expected)
    {
        var sent = Assert.Single(_platform.Calls);
        Assert.Equal(((string?)expected["url"], "application/json"), (sent.Url.AbsoluteUri, sent.ContentType));
        Assert.Null(sent.Authorization); // Basic beside the secret in the body is refused (20070)
        Assert.True(JsonNode.DeepEquals(expected["body"], sent.Json), sent.Body);
    }
}
