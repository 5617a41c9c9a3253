using System.Text;
using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Platform;

public sealed class PlatformAnswerTests
{
    private const string LogId = "202510090000000000000000000000001";

    [Fact]
    public async Task An_error_that_names_scopes_as_subjects_is_read()
    {
        var error = await ErrorOfAsync("error-user-scope-missing.json");

        Assert.Equal(PlatformCodes.UserScopeMissing, error.Code);
        Assert.Equal(["task:task:read", "task:task:write"], error.Scopes);
        Assert.Equal(LogId, error.LogId);
        Assert.Equal(400, error.HttpStatus);
        Assert.Null(error.HelpUrl);
    }

    [Fact]
    public async Task An_error_that_names_scopes_as_scopes_is_read()
    {
        var error = await ErrorOfAsync("error-generic-shape.json");

        Assert.Equal(99992402, error.Code);
        Assert.Equal(["event:ip_list"], error.Scopes);
        Assert.Equal(LogId, error.LogId);
        Assert.Equal("https://open.feishu.cn/app/cli_a1b2c3d4e5f60718/auth?q=event:ip_list", error.HelpUrl);
    }

    [Fact]
    public async Task A_scope_the_app_lacks_comes_with_the_page_that_mends_it()
    {
        var error = await ErrorOfAsync("error-app-scope-missing.json");

        Assert.Equal(PlatformCodes.AppScopeMissing, error.Code);
        Assert.StartsWith("https://open.feishu.cn/app/", error.HelpUrl, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error-rate-limit.json")]
    [InlineData("error-rate-limit-old-api.json")]
    public async Task A_rate_limit_is_known_whatever_its_HTTP_status(string fixture)
    {
        var error = await ErrorOfAsync(fixture);

        Assert.True(error.IsRateLimit);
        Assert.True(error.IsTransient);
        Assert.Equal(TimeSpan.FromSeconds(52), error.RetryAfter);
        Assert.Equal(LogId, error.LogId);
    }

    [Fact]
    public async Task Errors_of_the_token_endpoint_are_read_by_code_and_description()
    {
        foreach (var response in Fixture.Responses("oauth-token-errors.json"))
        {
            var error = (await PlatformAnswer.ReadAsync(response, default)).Error!;

            Assert.NotEqual("", error.Message);
            Assert.Equal((int)response.StatusCode >= 500, error.IsTransient);
        }
    }

    [Fact]
    public async Task Refused_user_tokens_are_told_apart_from_other_refusals()
    {
        var answers = await Task.WhenAll(Fixture.Responses("error-token-codes.json").Select(r => PlatformAnswer.ReadAsync(r, default)));

        Assert.Equal(
            [PlatformCodes.UserTokenInvalid, PlatformCodes.UserTokenInvalid, PlatformCodes.UserTokenExpired],
            answers.Select(a => a.Error!.Code).Where(PlatformCodes.IsUserTokenRefused));
        Assert.Equal(
            [PlatformCodes.TenantTokenInvalid], answers.Select(a => a.Error!.Code).Where(PlatformCodes.IsTenantTokenRefused));
    }

    [Fact]
    public async Task A_flat_answer_without_data_succeeds()
    {
        var answer = await PlatformAnswer.ReadAsync(Fixture.Response("tenant-access-token.json"), default);

        Assert.Null(answer.Error);
        Assert.Same(answer, answer.ThrowIfRefused());
        Assert.Equal(7200, answer.Body.GetProperty("expire").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Undefined, answer.Data.ValueKind);
    }

    [Theory]
    [InlineData(200, """{"code":0,"data":{"id":1}}""", false)]
    [InlineData(200, """{"access_token":"x"}""", false)]
    [InlineData(200, """{"code":"0","data":{}}""", false)]
    [InlineData(200, """{"code":230027,"msg":"no permission"}""", true)]
    [InlineData(200, """{"code":"230027","msg":"no permission"}""", true)]
    [InlineData(200, """{"code":99999999999,"msg":"no such int"}""", true)]
    [InlineData(200, """{"code":null,"data":{}}""", false)]
    [InlineData(200, """{"code":{},"data":{}}""", true)]
    [InlineData(400, """{"code":0}""", true)]
    [InlineData(400, """{"error":"authorization_pending"}""", true)]
    [InlineData(200, "[1]", true)]
    [InlineData(200, "", true)]
    [InlineData(502, "<html>Bad Gateway</html>", true)]
    public void Every_answer_reads_as_success_or_refusal_and_never_breaks(int status, string body, bool refused)
    {
        var answer = PlatformAnswer.Read(status, Encoding.UTF8.GetBytes(body));

        Assert.Equal(refused, answer.Error is not null);
        if (refused)
        {
            Assert.Same(answer.Error, Assert.Throws<PlatformException>(answer.ThrowIfRefused).Error);
        }
    }

    [Theory]
    [InlineData("""{"code":1,"msg":7,"error":{"permission_violations":{},"helps":[1],"log_id":5}}""")]
    [InlineData("""{"code":1,"error":[]}""")]
    [InlineData("""{"code":1,"error":{"permission_violations":[{"type":"x"},7,null]}}""")]
    public void An_error_object_of_another_shape_is_no_trouble(string body) =>
        Assert.Empty(PlatformAnswer.Read(400, Encoding.UTF8.GetBytes(body)).Error!.Scopes);

    [Fact]
    public void A_long_message_is_shortened() =>
        Assert.Equal(500, PlatformAnswer.Read(400, Encoding.UTF8.GetBytes($$"""{"code":1,"msg":"{{new string('x', 9000)}}"}""")).Error!.Message.Length);

    [Fact]
    public async Task The_log_id_of_the_header_serves_where_the_body_has_none()
    {
        using var response = new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway) { Content = new StringContent("<html>") };
        response.Headers.Add("X-Tt-Logid", "log-1");

        var error = (await PlatformAnswer.ReadAsync(response, default)).Error!;

        Assert.Equal("log-1", error.LogId);
        Assert.Contains("log-1", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<PlatformError> ErrorOfAsync(string fixture) =>
        (await PlatformAnswer.ReadAsync(Fixture.Response(fixture), default)).Error!;
}
