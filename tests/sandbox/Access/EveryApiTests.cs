using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests.Access;

/// <summary>The rules of every documented API, whether it is simulated or not.</summary>
public sealed class EveryApiTests : SandboxTest
{
    private static readonly IReadOnlyList<ApiRule> Guarded = [.. ApiRules.Documented.All.Where(r => r.Template.StartsWith("/open-apis/", StringComparison.Ordinal) && !IsSignIn(r))];
    private static readonly string[] EveryScope = [.. Guarded.SelectMany(r => r.AnyScope.Concat(r.UserScopes)).Distinct()];

    private protected override SandboxOptions Options { get; } = new() { AppScopes = EveryScope, CallsPerSecond = 0, CallsPerMinute = 0, RecordWire = false };

    [Fact]
    public void All_documented_APIs_are_known_with_their_methods_tokens_scopes_and_rates()
    {
        Assert.Equal(1670, ApiRules.Documented.All.Count);
        var sql = ApiRules.Documented.Find("post", "/open-apis/apaas/v1/workspaces/workspace_1/sql_commands")!;
        Assert.Equal(("app_engine:workspace.sql_commands:write", new CallRate(10, 0), "user"), (Assert.Single(sql.AnyScope), sql.Rate, Assert.Single(sql.Tokens!)));
        Assert.Equal("GET /open-apis/contact/v3/users/batch", ApiRules.Documented.Find("GET", "/open-apis/contact/v3/users/batch")!.Name);
        Assert.Equal("DELETE /open-apis/contact/v3/users/:user_id", ApiRules.Documented.Find("DELETE", "/open-apis/contact/v3/users/batch")!.Name);
        Assert.Null(ApiRules.Documented.Find("GET", "/open-apis/contact/v3/users//"));
        Assert.Equal(["PATCH", "PUT"], ApiRules.Documented.MethodsOf("/open-apis/im/v1/messages/om_1").Where(m => m.StartsWith('P')).Order());
    }

    [Fact]
    public async Task Each_asks_for_a_token_of_the_right_kind_and_lets_it_in()
    {
        var tenant = await TenantTokenAsync();
        var user = Platform.Grant(LiLei.OpenId, EveryScope).Access.Value;
        foreach (var rule in Guarded)
        {
            var (asApp, asUser) = (rule.Takes("tenant") || rule.Takes("app"), rule.Takes("user"));
            if (rule.NeedsToken)
            {
                Assert.Equal((rule.Name, 99991661L), (rule.Name, await CodeAsync(rule, null)));
                Assert.Equal((rule.Name, asApp), (rule.Name, await CodeAsync(rule, tenant) != 99991663));
                Assert.Equal((rule.Name, asUser), (rule.Name, await CodeAsync(rule, user) != 99991668));
            }
        }
    }

    [Fact]
    public async Task One_that_is_not_simulated_says_so_after_all_its_rules()
    {
        var user = Platform.Grant(LiLei.OpenId, EveryScope).Access.Value;
        var tasks = await CallAsync(HttpMethod.Get, "/open-apis/task/v2/tasks", bearer: user);
        Assert.Equal((501, (long)Refusals.NotSimulatedCode), (tasks.Status, tasks.Code!.Value));
        Assert.Contains("LarkSandbox does not simulate GET /open-apis/task/v2/tasks", tasks.Body["msg"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, Platform.Calls.Of("GET /open-apis/task/v2/tasks", LiLei.OpenId));
    }

    private static bool IsSignIn(ApiRule rule) =>
        rule.Template.StartsWith("/open-apis/auth/", StringComparison.Ordinal) || rule.Template.StartsWith("/open-apis/authen/", StringComparison.Ordinal);

    private async Task<long> CodeAsync(ApiRule rule, string? bearer)
    {
        var path = string.Join('/', rule.Template.Split('/').Select(s => s.StartsWith(':') ? "x1" : s));
        using var answer = await SendAsync(new HttpMethod(rule.Method), path, bearer: bearer);
        var text = await answer.Content.ReadAsStringAsync();
        return text.StartsWith('{') ? System.Text.Json.Nodes.JsonNode.Parse(text)!["code"]!.GetValue<long>() : 0;
    }
}
