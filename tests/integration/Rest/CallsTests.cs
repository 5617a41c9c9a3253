using System.Net;
using LarkService.IntegrationTests.Security;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Rest;

/// <summary>Asking once, up front, by naming what is going to be called.</summary>
public sealed class CallsTests(RedirectService service) : IClassFixture<RedirectService>
{
    private const string Authorizations = "/api/v1/authorizations";
    private const string Read = "app_engine:workspace.table.record:read";
    private const string Write = "app_engine:workspace.table.record:write";
    private const string Sql = "app_engine:workspace.sql_commands:write";

    [Fact]
    public async Task The_least_scopes_that_do_are_asked_for_together_with_those_that_are_named()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        object[] calls =
        [
            new { method = "GET", path = "/open-apis/apaas/v1/workspaces/workspace_1/tables/t1/records?page_size=10" },
            new { method = "post", path = "/apaas/v1/workspaces/:workspace_id/sql_commands" },
            new { method = "GET", path = "/authen/v1/user_info" },
        ];

        var asked = (await AskAsync(scene, new { openId = scene.Ava.OpenId, calls, scopes = (string[])["im:message"] })).Must(HttpStatusCode.Created);
        Assert.Equal([Sql, Read, "auth:user.id:read", "im:message", "offline_access"], await ScopesAsync(scene, asked));

        // Again it is the same session, however it is put
        var again = (await AskAsync(scene, new { openId = scene.Ava.OpenId, scopes = (string[])[Sql, Read, "im:message"] })).Must(HttpStatusCode.OK);
        Assert.Equal((asked["sessionId"], "pending"), (again["sessionId"], again["state"]));
        Assert.Single(scene.Ava.AuthorizationCards);
    }

    [Fact]
    public async Task What_is_granted_already_is_not_asked_for_again_and_the_answer_says_no_more_than_that()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Write);

        var answer = (await AskAsync(scene, new { openId = scene.Ava.OpenId, calls = (object[])[new { method = "GET", path = "/apaas/v1/workspaces/w/tables/t/records" }] })).Must(HttpStatusCode.OK);

        Assert.Equal("""{"state":"authorized"}""", answer.Text);
    }

    [Theory]
    [InlineData("""[{"method":"GET","path":"/open-apis/nothing/v1/x"}]""", "validation", "GET /open-apis/nothing/v1/x is not among the APIs")]
    [InlineData("""[{"method":"DELETE","path":"/im/v1/messages"}]""", "validation", "name its scopes")]
    [InlineData("""[{"method":"GET"}]""", "validation", "calls: each entry is")]
    [InlineData("""[{"method":"TRACE","path":"/im/v1/messages"}]""", "validation", "calls: each entry is")]
    [InlineData("""[null]""", "validation", "calls: each entry is")]
    [InlineData("""["GET /im/v1/messages"]""", "validation", "$.calls[0]")]
    [InlineData("""[{"method":"POST","path":"/apaas/v1/applications/n/functions/f/invoke"}]""", "token-type", "tenant_access_token")]
    [InlineData("""[{"method":"POST","path":"/authen/v2/oauth/token"}]""", "token-type", "no access token")]
    public async Task What_no_user_can_agree_to_is_said_and_nobody_is_asked(string calls, string type, string words)
    {
        var person = service.Somebody();
        var body = $$"""{"openId":"{{person.OpenId}}","calls":{{calls}}}""";

        var answer = await service.Scene.Api.SendAsync(HttpMethod.Post, Authorizations, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        answer.MustBeProblem(HttpStatusCode.BadRequest, type);
        Assert.Contains(words, answer["detail"], StringComparison.Ordinal);
        await NobodyWasAskedAsync(person);
    }

    [Fact]
    public async Task Limits_and_languages_are_checked_before_anybody_is_asked()
    {
        var person = service.Somebody();
        var openId = person.OpenId;
        foreach (var (body, words) in new (object Body, string Words)[]
        {
            (new { openId, calls = Enumerable.Repeat(new { method = "GET", path = "/im/v1/messages" }, 51) }, "at most 50"),
            (new { openId, scopes = (string[])["im:message", "im:message"] }, "'im:message' more than once"),
            (new { openId, scopes = Enumerable.Range(0, 49).Select(i => $"a:b{i}:read") }, "in two steps"),
            (new { openId, scopes = (string[])["im:message aily:run:write"] }, "one scope in each entry"),
            (new { openId, locale = "fr_fr" }, "zh_cn, en_us, ja_jp"),
            (new { openId, locale = "" }, "locale is one of"),
            (new { openId, reason = new string('x', 10_000) }, "reason has 10000 characters"),
            (new { openId, reason = "a\u0007b" }, "control characters"),
        })
        {
            Assert.Contains(words, (await AskAsync(service.Scene, body)).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        }

        await NobodyWasAskedAsync(person);
    }

    [Theory]
    [InlineData("zh_cn")]
    [InlineData("en_us")]
    [InlineData("ja_jp")]
    public async Task The_language_of_the_card_is_kept_with_the_session(string locale)
    {
        var asked = (await AskAsync(service.Scene, new { openId = service.Somebody().OpenId, locale, unknown = "ignored" })).Must(HttpStatusCode.Created);

        Assert.Equal(locale, await service.Scene.Database.ScalarAsync($"SELECT locale FROM authorization_sessions WHERE session_id = '{asked["sessionId"]}'"));
    }

    private async Task NobodyWasAskedAsync(Person person)
    {
        Assert.Empty(person.Inbox);
        Assert.Equal(0, await service.Scene.Database.CountAsync("authorization_sessions", $"open_id = '{person.OpenId}'"));
    }

    private static Task<ApiAnswer> AskAsync(Scene scene, object body) => scene.Api.PostAsync(Authorizations, body);

    private static async Task<IEnumerable<string>> ScopesAsync(Scene scene, ApiAnswer asked) =>
        (await scene.Api.GetAsync($"{Authorizations}/{asked["sessionId"]}")).Json!["scopes"]!.AsArray().Select(s => s!.ToString());
}
