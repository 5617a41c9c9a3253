using LarkService.Authorization;
using LarkService.Platform;
using LarkService.Platform.Registry;

namespace LarkService.UnitTests.Authorization;

public sealed class CallScopesTests
{
    private static readonly CallScopes Calls = new(ApiRegistry.Load());

    [Fact]
    public void Of_alternatives_the_least_is_asked_for() => Assert.Equal(
        ScopeSet.Of("calendar:calendar.event:read", "task:task:read"),
        Needed("", "GET /open-apis/calendar/v4/calendars/c1/events", "GET /task/v2/tasks/t1"));

    [Theory]
    [InlineData("calendar:calendar:readonly")]
    [InlineData("calendar:calendar")]
    public void One_that_is_held_already_will_do(string held) => Assert.Empty(Needed(held, "GET /calendar/v4/calendars/c1/events"));

    [Fact]
    public void What_one_call_needs_serves_the_others()
    {
        // Given a call that has no choice, and one that has
        var update = new ApiEntry("PUT", "/open-apis/a", ["a:a:write"]);
        var read = new ApiEntry("GET", "/open-apis/a", ["a:a:read", "a:a:write"]);
        var calls = new CallScopes(new ApiRegistry([update, read]));

        // Then whatever their order, one scope is asked for
        foreach (var order in (string[][])[["PUT", "GET"], ["GET", "PUT"]])
        {
            var needs = Assert.IsType<CallNeeds.Scopes>(calls.Of([.. order.Select(m => new ApiCall(m, "/a"))], ScopeSet.Empty));
            Assert.Equal(ScopeSet.Of("a:a:write"), needs.Missing);
        }
    }

    [Fact]
    public void Some_apis_want_a_scope_of_users_besides() => Assert.Equal(
        ScopeSet.Of("im:message", "im:message.send_as_user"), Needed("", "POST /im/v1/messages"));

    [Fact]
    public void An_api_that_needs_no_scope_adds_none() => Assert.Empty(Needed("", "GET /authen/v1/user_info"));

    [Fact]
    public void An_api_nobody_knows_is_named()
    {
        var call = new ApiCall("GET", "/open-apis/nothing/v1");

        Assert.Equal(call, Assert.IsType<CallNeeds.UnknownApi>(Calls.Of([new("GET", "/task/v2/tasks/t1"), call], ScopeSet.Empty)).Call);
    }

    [Theory]
    [InlineData("POST /apaas/v1/applications/n/functions/f/invoke")]
    [InlineData("POST /authen/v2/oauth/token")]
    public void An_api_that_takes_no_user_token_is_named(string call) =>
        Assert.False(Assert.IsType<CallNeeds.NoUserToken>(Calls.Of([Call(call)], ScopeSet.Empty)).Api.TakesUserToken);

    [Fact]
    public void Whatever_is_needed_suffices()
    {
        foreach (var api in ApiList.Read().Where(a => a.TakesUserToken && a.Scopes.Count > 0))
        {
            var needed = Assert.IsType<CallNeeds.Scopes>(Calls.Of([new(api.Method, api.Template)], ScopeSet.Empty)).Missing;
            Assert.Contains(needed, s => api.Scopes.Contains(s));
        }
    }

    [Theory]
    [InlineData(null, "/a")]
    [InlineData("GET", null)]
    [InlineData("GET", "")]
    [InlineData("GET", "a")]
    [InlineData("TRACE", "/a")]
    [InlineData("GET", "/a\nb")]
    public void A_call_that_is_not_whole_is_a_fault(string? method, string? path) => Assert.Contains("calls", ApiCall.FaultIn([new(method, path)]), StringComparison.Ordinal);

    [Fact]
    public void Calls_have_limits()
    {
        Assert.Null(ApiCall.FaultIn([.. Enumerable.Repeat(new ApiCall("get", "/a"), 50)]));
        Assert.Contains("51", ApiCall.FaultIn([.. Enumerable.Repeat(new ApiCall("GET", "/a"), 51)]), StringComparison.Ordinal);
        Assert.NotNull(ApiCall.FaultIn([new("GET", "/" + new string('a', 500))]));
        Assert.NotNull(ApiCall.FaultIn([null]));
    }

    private static ScopeSet Needed(string held, params string[] calls) =>
        Assert.IsType<CallNeeds.Scopes>(Calls.Of([.. calls.Select(Call)], ScopeSet.Parse(held))).Missing;

    private static ApiCall Call(string text) => new(text.Split(' ')[0], text.Split(' ')[1]);
}
