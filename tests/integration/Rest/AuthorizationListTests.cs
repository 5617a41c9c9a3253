using System.Net;
using LarkService.IntegrationTests.Plans;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Rest;

/// <summary>Sessions as other systems list them.</summary>
public sealed class AuthorizationListTests
{
    private const string List = "/api/v1/authorizations";

    [Theory]
    [BothEngines]
    public async Task Pages_hold_each_session_once_the_newest_first_while_others_come(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await ManyRows.FillAsync(scene.Database, engine, scene.Options.Sandbox.AppId, 120);
        await scene.Database.ExecuteAsync("UPDATE authorization_sessions SET created_at = (SELECT min(created_at) FROM authorization_sessions) WHERE session_id LIKE 'many1%'"); // many at one time
        var expected = (await scene.Database.RowsAsync("SELECT session_id FROM authorization_sessions ORDER BY created_at DESC, session_id DESC")).ConvertAll(r => (string)r[0]!);

        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = (await scene.Api.GetAsync($"{List}?limit=7{(cursor is null ? "" : $"&cursor={cursor}")}")).Must(HttpStatusCode.OK);
            seen.AddRange(Ids(page));
            cursor = page["nextCursor"];
            if (seen.Count == 14)
            {
                (await scene.Api.AskAsync(scene.Mei)).Must(HttpStatusCode.Created); // comes before the first page
            }
        }
        while (cursor is not null);

        Assert.Equal(expected, seen);
    }

    [Theory]
    [BothEngines]
    public async Task They_are_found_by_state_by_user_and_by_app(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        var (ava, mei) = (scene.Ava, scene.Mei);
        var first = (await scene.Api.AskAsync(ava)).Must(HttpStatusCode.Created);
        await ava.PressAsync(scene.Platform.FindMessage(first["messageId"]!)!, Person.Decline);
        await Eventually.TrueAsync("the refusal", async () => await scene.SessionStateAsync(first["sessionId"]!) == "declined");
        var second = (await scene.Api.AskAsync(ava, "im:message")).Must(HttpStatusCode.Created);
        var third = (await scene.Api.AskAsync(mei)).Must(HttpStatusCode.Created);

        Assert.Equal([third["sessionId"], second["sessionId"], first["sessionId"]], await IdsAsync(scene, ""));
        Assert.Equal([third["sessionId"], second["sessionId"]], await IdsAsync(scene, "?state=pending"));
        Assert.Equal([first["sessionId"]], await IdsAsync(scene, $"?state=declined&openId={ava.OpenId}"));
        Assert.Equal([second["sessionId"], first["sessionId"]], await IdsAsync(scene, $"?openId={ava.OpenId}&appId={scene.Options.Sandbox.AppId}"));
        Assert.Empty(await IdsAsync(scene, "?openId=ou_unknown&state=pending"));

        var one = (await scene.Api.GetAsync($"{List}?state=declined")).Json!["items"]![0]!;
        Assert.Equal((ava.OpenId, "declined", "redirect"), (one["openId"]!.ToString(), one["state"]!.ToString(), one["flow"]!.ToString()));
        Assert.NotNull(one["completedAt"]);
    }

    [Fact]
    public async Task What_is_wrong_with_a_query_is_said()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        (await scene.Api.AskAsync(scene.Mei)).Must(HttpStatusCode.Created);
        var cursor = (await scene.Api.GetAsync($"{List}?limit=1"))["nextCursor"]!;

        foreach (var (query, words) in new (string, string)[]
        {
            ("state=odd", "pending, authorized, declined, expired, failed, superseded"), ("state=", "state is one of"), ("openId=somebody", "openId"), ("limit=0", "limit"),
            ("limit=201", "limit"), ("cursor=odd", "nextCursor"), ("cursor=", "nextCursor"), ($"cursor={cursor[..^1]}", "nextCursor"), ($"cursor={cursor}A", "nextCursor"),
        })
        {
            Assert.Contains(words, (await scene.Api.GetAsync($"{List}?{query}")).MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        }

        (await scene.Api.GetAsync($"{List}?appId=cli_0")).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
        (await scene.Api.GetAsync($"/api/v1/grants?cursor={cursor}")).MustBeProblem(HttpStatusCode.BadRequest, "validation"); // of another list
    }

    private static IEnumerable<string> Ids(ApiAnswer page) => page.Json!["items"]!.AsArray().Select(s => s!["sessionId"]!.ToString());

    private static async Task<IEnumerable<string>> IdsAsync(Scene scene, string query) => Ids((await scene.Api.GetAsync(List + query)).Must(HttpStatusCode.OK));
}
