using System.Net;
using System.Net.Http.Headers;

namespace LarkService.IntegrationTests.Proxy;

/// <summary>What a caller may get wrong: each mistake is told with the way out, and the platform hears nothing of it.</summary>
public sealed class ProxyInputTests(SharedProxy shared) : IClassFixture<SharedProxy>
{
    private const string Batch = "/open-apis/contact/v3/users/batch";
    private const string Messages = "/open-apis/im/v1/messages";

    /// <summary>The service's second connection is opened a while after the first, in whatever test that may be.</summary>
    private const string Discovery = "/callback/ws/endpoint";

    private readonly ProxyScene _proxy = shared.Proxy;

    [Theory]
    [InlineData("GET", Batch, "X-Lark-App-Id", "cli_0000000000000000", "unknown-app", "Known apps: cli_")]
    [InlineData("GET", Batch, "X-Lark-Open-Id", "", "validation", "X-Lark-Open-Id is missing")]
    [InlineData("GET", Batch, "X-Lark-Open-Id", "on_d89jhasdhjsajkda7828enjdj328ydhhw3u43yjhdj", "validation", "union_id")]
    [InlineData("GET", Batch, "X-Lark-Open-Id", "oc_84983ff6516d731e5b5f68d4ea2e1da5", "validation", "chat_id")]
    [InlineData("GET", Batch, "X-Lark-Open-Id", "cli_a1b2c3d4e5f60718", "validation", "app_id")]
    [InlineData("GET", Batch, "X-Lark-Open-Id", "someone@example.com", "validation", "holds no open_id")]
    [InlineData("GET", Batch, "X-Lark-Scopes", "a,b", "validation", "no scope")]
    [InlineData("DELETE", Messages, null, null, "validation", "it takes GET, POST there")]
    [InlineData("POST", "/open-apis/apaas/v1/applications/n/functions/f/invoke", null, null, "token-type", "tenant_access_token")]
    [InlineData("GET", "/open-apis/authen/v1/user_info", null, null, "path-not-allowed", "hands out tokens")]
    [InlineData("POST", "/open-apis/auth/v3/tenant_access_token/internal", null, null, "path-not-allowed", "hands out tokens")]
    [InlineData("GET", Batch + "?user_access_token=u-x", null, null, "validation", "the token is put in here")]
    public async Task Bad_input_is_told_with_the_way_out_and_nothing_is_sent_or_stored(string method, string path, string? header, string? value, string type, string words)
    {
        var before = _proxy.Platform.Seen.Count;
        (string, string)[] headers = header is null ? [] : [(header, value!)];

        var problem = await _proxy.CallAsync(new HttpMethod(method), path, method == "POST" ? new StringContent("{}") : null, headers);

        problem.MustBeProblem(type == "path-not-allowed" ? HttpStatusCode.Forbidden : HttpStatusCode.BadRequest, type);
        Assert.Contains(words, problem["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain(_proxy.Platform.Seen.Skip(before), sent => sent.Path != Discovery);
        Assert.Single(_proxy.Scene.Ava.AuthorizationCards);
        Assert.Equal(1, await _proxy.Scene.Database.CountAsync("authorization_sessions"));
    }

    [Fact]
    public async Task A_stranger_and_a_method_the_platform_has_not_are_turned_away()
    {
        using var request = _proxy.Request(HttpMethod.Get, Batch);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "somebody's user token");
        using var stranger = await _proxy.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);

        (await _proxy.CallAsync(HttpMethod.Options, Batch)).MustBeProblem(HttpStatusCode.MethodNotAllowed, "validation");
        (await _proxy.CallAsync(HttpMethod.Trace, Batch)).MustBeProblem(HttpStatusCode.MethodNotAllowed, "validation");
        Assert.Empty(_proxy.Platform.To(Batch));
    }
}
