using LarkService.Platform.Registry;

namespace LarkService.UnitTests.Platform.Registry;

public sealed class ApiRegistryTests
{
    private static readonly IReadOnlyList<ApiEntry> All = [.. ApiList.Read()];
    private static readonly ApiRegistry Registry = new(All);

    [Fact]
    public void Every_api_finds_itself_with_ids_and_with_names_in_their_place()
    {
        Assert.Equal(1670, All.Count);
        Assert.All(All, api =>
        {
            Assert.Same(api, Registry.Find(api.Method, WithIds(api.Template)));
            Assert.Same(api, Registry.Find(api.Method, api.Template));
        });
    }

    [Fact]
    public void The_prefix_the_query_the_fragment_the_slash_at_the_end_and_the_case_of_the_method_do_not_count()
    {
        var api = Registry.Find("GET", "/open-apis/calendar/v4/calendars/c1/events/e1")!;

        Assert.Equal("/open-apis/calendar/v4/calendars/:calendar_id/events/:event_id", api.Template);
        foreach (var path in (string[])["/calendar/v4/calendars/c1/events/e1", "calendar/v4/calendars/c1/events/e1", "/open-apis/calendar/v4/calendars/c1/events/e1/", "/calendar/v4/calendars/c1/events/e1?a=/b", "/calendar/v4/calendars/c1/events/e1#x"])
        {
            Assert.Same(api, Registry.Find("get", path));
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/open-apis")]
    [InlineData("GET", "/open-apis/")]
    [InlineData("GET", "/open-apis/nothing/v1/here")]
    [InlineData("HEAD", "/open-apis/im/v1/messages")]
    [InlineData("", "/open-apis/im/v1/messages")]
    [InlineData("GET", "/open-apis/im/v1/messages/om_1/more/than/there/is")]
    [InlineData("GET", "/open-apis/im/v1/messages//")]
    [InlineData("GET", "/open-apis/im/v1/messages/..")]
    [InlineData("GET", "/open-apis/im/v1/messages/.")]
    [InlineData("GET", "/open-apis/open-apis/im/v1/messages")]
    [InlineData("GET", "/OPEN-APIS/IM/V1/MESSAGES")]
    public void What_is_no_api_is_not_found(string method, string path) => Assert.Null(Registry.Find(method, path));

    [Fact]
    public void What_is_written_out_wins_over_an_id_and_gives_way_where_it_has_no_such_method()
    {
        var byId = new ApiEntry("GET", "/open-apis/a/:id/c", []);
        var mine = new ApiEntry("GET", "/open-apis/a/mine/c", []);
        var other = new ApiEntry("POST", "/open-apis/a/other/c", []);
        var deeper = new ApiEntry("GET", "/open-apis/a/mine/:id/d", []);
        var anyDeeper = new ApiEntry("GET", "/open-apis/a/:id/c/:x", []);
        var registry = new ApiRegistry([byId, mine, other, deeper, anyDeeper]);

        Assert.Same(mine, registry.Find("GET", "/a/mine/c"));
        Assert.Same(byId, registry.Find("GET", "/a/other/c"));
        Assert.Same(other, registry.Find("POST", "/a/other/c"));
        Assert.Same(byId, registry.Find("GET", "/a/x/c"));
        Assert.Same(deeper, registry.Find("GET", "/a/mine/c/d"));
        Assert.Same(anyDeeper, registry.Find("GET", "/a/mine/c/e")); // the written way leads nowhere
    }

    [Theory]
    [InlineData("/open-apis/im/v1/messages/om_1?x=1", "DELETE GET PATCH PUT")]
    [InlineData("/im/v1/messages", "GET POST")]
    [InlineData("/open-apis/nothing/v1/here", "")]
    [InlineData("/open-apis/im/v1/messages/..", "")]
    public void It_knows_the_methods_of_a_path(string path, string methods) => Assert.Equal(methods, string.Join(' ', Registry.MethodsOf(path)));

    [Fact]
    public void It_knows_which_token_an_api_takes()
    {
        Assert.True(Registry.Find("POST", "/apaas/v1/workspaces/w/sql_commands")!.TakesUserToken);
        Assert.Equal(["user"], Registry.Find("POST", "/apaas/v1/workspaces/w/sql_commands")!.Tokens);
        Assert.False(Registry.Find("POST", "/apaas/v1/applications/n/functions/f/invoke")!.TakesUserToken);
        Assert.False(Registry.Find("POST", "/authen/v1/oidc/access_token")!.TakesUserToken);
        Assert.Empty(Registry.Find("POST", "/authen/v2/oauth/token")!.Tokens!);
        Assert.False(Registry.Find("POST", "/authen/v2/oauth/token")!.TakesUserToken);
        Assert.Null(Registry.Find("POST", "/wiki/v2/nodes/search")!.Tokens); // the documentation does not say
        Assert.True(Registry.Find("POST", "/wiki/v2/nodes/search")!.TakesUserToken);
    }

    [Fact]
    public void It_keeps_what_the_documentation_says_besides()
    {
        var send = Registry.Find("POST", "/im/v1/messages")!;

        Assert.Equal(["im:message", "im:message.send_as_user"], send.UserScopes);
        Assert.Equal(("1000/min,50/s", false), (send.Rate, send.IsHistoric));
        Assert.True(Registry.Find("GET", "/authen/v1/index")!.IsHistoric);
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        const string path = "/open-apis/bitable/v1/apps/app1/tables/tbl1/records/rec1?user_id_type=open_id";
        Assert.NotNull(Registry.Find("GET", path));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Registry.Find("GET", path);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Ids as the platform makes them, and such as could be mistaken for something else.
    private static string WithIds(string template)
    {
        string[] ids = ["om_dc13264520392913993dd051dba21dcf", "7023456789", "a%2Fb", ":x", "…", "open-apis"];
        return string.Join('/', template.Split('/').Select((segment, i) => segment.StartsWith(':') ? ids[i % ids.Length] : segment));
    }
}
