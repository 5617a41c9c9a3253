using System.Net;
using LarkService.Accounts.Keys;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Callers;

/// <summary>API keys from the day they are made to the day they are revoked.</summary>
public sealed class ApiKeyTests
{
    private const string Keys = "/api/v1/api-keys";
    private const string Grants = "/api/v1/grants";

    [Theory]
    [BothEngines]
    public async Task A_key_is_shown_once_opens_what_it_may_and_nothing_after_it_was_revoked(Engine engine)
    {
        await using var scene = await CallerScene.StartAsync(engine);
        var expiresAt = scene.Clock.GetUtcNow().AddDays(1);
        var made = (await scene.Api.PostAsync(Keys, new { name = "crm", permissions = new[] { "grants.read" }, expiresAt, quota = 500 })).Must(HttpStatusCode.Created);
        var (id, key) = (made["id"]!, made["key"]!);
        Assert.Equal((made["prefix"], $"{Keys}/{id}"), (key[..12], made.Location!.ToString()));
        var crm = scene.As(key);

        // It may do what it was made for
        (await crm.GetAsync(Grants)).Must(HttpStatusCode.OK);
        Assert.Contains("'grants.write'", (await crm.DeleteAsync($"{Grants}/ou_1")).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied")["detail"], StringComparison.Ordinal);

        // Lists tell all but the key
        await Eventually.TrueAsync("its use being noted", async () => (await scene.Api.GetAsync($"{Keys}/{id}"))["lastUsedAt"] is not null);
        var list = (await scene.Api.GetAsync(Keys)).Must(HttpStatusCode.OK);
        var listed = Assert.Single(list.Json!["items"]!.AsArray())!;
        Assert.Equal(("crm", key[..12], "bootstrap", "500"), (listed["name"]!.ToString(), listed["prefix"]!.ToString(), listed["createdBy"]!.ToString(), listed["quota"]!.ToString()));
        Assert.DoesNotContain(key[13..30], list.Text, StringComparison.Ordinal);

        // Revoked, it says so to whoever holds it; to a list it is still known
        (await scene.Api.DeleteAsync($"{Keys}/{id}")).Must(HttpStatusCode.NoContent);
        (await scene.Api.DeleteAsync($"{Keys}/{id}")).Must(HttpStatusCode.NoContent);
        Assert.Contains("revoked", (await crm.GetAsync(Grants)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated")["detail"], StringComparison.Ordinal);
        Assert.NotNull((await scene.Api.GetAsync($"{Keys}/{id}"))["revokedAt"]);

        // And the log knows
        Assert.Equal(
            [("bootstrap", "created"), ("bootstrap", "revoked")],
            (await scene.Database.RowsAsync("SELECT actor, result FROM audit_log WHERE action = 'api_key' ORDER BY number")).Select(r => ((string)r[0]!, (string)r[1]!)));
    }

    [Fact]
    public async Task An_expired_key_says_so_and_a_made_up_one_of_the_same_prefix_learns_nothing()
    {
        await using var scene = await CallerScene.StartAsync();
        var made = (await scene.Api.PostAsync(Keys, new { name = "crm", permissions = new[] { "grants.read" }, expiresAt = scene.Clock.GetUtcNow().AddHours(1) })).Must(HttpStatusCode.Created);
        var key = made["key"]!;
        (await scene.As(key).GetAsync(Grants)).Must(HttpStatusCode.OK);

        scene.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Contains("expired", (await scene.As(key).GetAsync(Grants)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated")["detail"], StringComparison.Ordinal);
        foreach (var unknown in (string[])[ApiKeyText.Create().Key, ApiKeyText.Create(key[4..12])])
        {
            Assert.Contains("a key this service knows", (await scene.As(unknown).GetAsync(Grants)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated")["detail"], StringComparison.Ordinal);
        }

        Assert.Contains("mistyped", (await scene.As(key[..^1]).GetAsync(Grants)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated")["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gives_what_they_do_not_have()
    {
        await using var scene = await CallerScene.StartAsync();
        var manager = scene.As((await scene.NewKeyAsync("keys.manage", "grants.read")).Key);

        var refused = (await manager.PostAsync(Keys, new { name = "more", permissions = new[] { "grants.read", "tokens.read" } })).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        Assert.Contains("'tokens.read'", refused["detail"], StringComparison.Ordinal);
        (await manager.PostAsync(Keys, new { name = "as much", permissions = new[] { "grants.read", "keys.manage" } })).Must(HttpStatusCode.Created);
        Assert.Equal(2, await scene.Database.CountAsync("api_keys"));
    }

    [Fact]
    public async Task Nobody_revokes_a_key_that_may_do_more_than_they_may()
    {
        await using var scene = await CallerScene.StartAsync();
        var manager = scene.As((await scene.NewKeyAsync("keys.manage", "grants.read")).Key);
        var (more, asMuch) = (await scene.NewKeyAsync("grants.read", "tokens.read"), await scene.NewKeyAsync("grants.read"));

        var refused = (await manager.DeleteAsync($"{Keys}/{more.Id}")).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        Assert.Contains("'tokens.read'", refused["detail"], StringComparison.Ordinal);
        (await scene.As(more.Key).GetAsync(Grants)).Must(HttpStatusCode.OK);
        (await manager.DeleteAsync($"{Keys}/{asMuch.Id}")).Must(HttpStatusCode.NoContent);
        Assert.Equal(1, await scene.Database.CountAsync("audit_log", "result = 'revoked'"));
    }

    [Theory]
    [InlineData("""{"permissions":["grants.read"]}""", "name")]
    [InlineData("""{"name":"crm"}""", "permissions")]
    [InlineData("""{"name":"crm","permissions":[]}""", "permissions")]
    [InlineData("""{"name":"crm","permissions":["root"]}""", "'root'")]
    [InlineData("""{"name":"crm","permissions":[null]}""", "permissions")]
    [InlineData("""{"name":"crm","permissions":"grants.read"}""", "$.permissions")]
    [InlineData("""{"name":"crm","permissions":["grants.read"],"expiresAt":"tomorrow"}""", "$.expiresAt")]
    [InlineData("""{"name":"crm","permissions":["grants.read"],"expiresAt":"2001-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"crm","permissions":["grants.read"],"quota":0}""", "quota")]
    public async Task What_is_wrong_with_a_wish_is_said_and_nothing_is_made(string body, string about)
    {
        await using var scene = await CallerScene.StartAsync();

        var answer = await scene.Api.SendAsync(HttpMethod.Post, Keys, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Contains(about, answer.MustBeProblem(HttpStatusCode.BadRequest, "validation")["detail"], StringComparison.Ordinal);
        Assert.Equal(0, await scene.Database.CountAsync("api_keys"));
    }

    [Fact]
    public async Task Keys_that_are_not_there_are_not_found_and_lists_go_page_by_page()
    {
        await using var scene = await CallerScene.StartAsync();
        foreach (var id in (string[])["unknown", "00000000-0000-0000-0000-000000000000"])
        {
            (await scene.Api.GetAsync($"{Keys}/{id}")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            (await scene.Api.DeleteAsync($"{Keys}/{id}")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        }

        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await scene.NewKeyAsync("grants.read")).Id);
        }

        var first = (await scene.Api.GetAsync($"{Keys}?limit=2")).Must(HttpStatusCode.OK);
        var second = (await scene.Api.GetAsync($"{Keys}?limit=2&cursor={first["nextCursor"]}")).Must(HttpStatusCode.OK);
        Assert.Equal(ids, first.Json!["items"]!.AsArray().Concat(second.Json!["items"]!.AsArray()).Select(k => k!["id"]!.ToString()));
        Assert.Null(second["nextCursor"]);
        (await scene.Api.GetAsync($"{Keys}?limit=0")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await scene.Api.GetAsync($"{Keys}?cursor=made-up")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revocation_shows_on_the_other_replica_within_two_seconds_with_and_without_news(bool news)
    {
        var (scene, other, url) = await CallerScene.StartTwoAsync();
        await using var both = scene;
        await using var second = other;
        var (id, key) = await scene.NewKeyAsync("grants.read");
        using var client = CallerScene.Client(url, key);
        var there = new Api(client);
        await Eventually.TrueAsync("listening", () => other.Output.Any(line => line.Contains("Listening for what other replicas change", StringComparison.Ordinal)));
        (await there.GetAsync(Grants)).Must(HttpStatusCode.OK);
        if (!news)
        {
            await scene.Database.ExecuteAsync("DROP TRIGGER lark_api_key_changed ON api_keys");
        }

        (await scene.Api.DeleteAsync($"{Keys}/{id}")).Must(HttpStatusCode.NoContent);

        var started = TimeProvider.System.GetTimestamp();
        while ((await there.GetAsync(Grants)).Status == HttpStatusCode.OK)
        {
            Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
    }
}
