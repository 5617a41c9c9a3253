using System.Data.Common;
using System.Net;
using System.Text.RegularExpressions;
using LarkService.Authorization;
using LarkService.Data;
using LarkService.Data.Counting;
using LarkService.Data.Tidying;
using LarkService.Grants;
using LarkService.Grants.Upkeep;
using LarkService.IntegrationTests.Ai;
using LarkService.IntegrationTests.Callers;
using LarkService.IntegrationTests.Support;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LarkService.IntegrationTests.Plans;

/// <summary>
/// What the service really sends while it works, explained by the database it is for: with twenty thousand rows in every table
/// none of it reads a whole one.
/// </summary>
public sealed partial class QueryPlanTests
{
    [Theory]
    [BothEngines]
    public async Task No_statement_reads_a_whole_table(Engine engine)
    {
        var recorded = new RecordedCommands();
        await using var scene = await StartAsync(engine, recorded);
        await ManyRows.FillAsync(scene.Database, engine, scene.Options.Sandbox.AppId);
        recorded.Clear();
        await WorkAsync(scene, recorded);

        var statements = recorded.All.Where(c => IsExplained(c.Text)).DistinctBy(c => c.Text).ToList();
        List<string> bad = [];
        foreach (var statement in statements)
        {
            var plan = await ExplainAsync(scene, engine, statement);
            bad.AddRange(Scans.Where(scan => scan.Order.IsMatch(statement.Text) && !plan.Exists(line => line.Contains(scan.Index, StringComparison.Ordinal)))
                .Select(scan => $"{scan.Index} is not used:\n{string.Join('\n', plan)}\n{statement.Text}\n"));
            bad.AddRange(plan.Where(line => ReadsAll(engine, line)).Select(line => $"{line.Trim()}\n{statement.Text}\n"));
        }

        Assert.True(bad.Count == 0, string.Join('\n', bad));
        TestContext.Current.TestOutputHelper?.WriteLine($"{statements.Count} statements explained.");
        Assert.All(Polled, what => Assert.Contains(statements, s => s.Text.Contains(what, StringComparison.Ordinal)));
    }

    /// <summary>Words of the statements that matter most: should one be missing, this test has stopped looking at it.</summary>
    private static readonly string[] Polled =
    [
        "WITH RECURSIVE keys", "outbox_messages", "next_poll_at", "expires_at", "parked_calls", "ai_turns", "ai_conversations", "turn_id", "refresh_expires_at", "granted_at", "last_used_at", "webhook_deliveries", "finished_at", "caller_id", "idempotency_keys",
        "refresh_tokens", "request_counts", "sign_in_tries", "api_keys",
    ];

    /// <summary>Scans by time, and the index that knows the time: another one would do without reading the whole table, and read half of it.</summary>
    private static readonly (Regex Order, string Index)[] Scans =
    [
        (new(@"ORDER BY \S*refresh_expires_at"), "ix_user_grants_status_refresh_expires_at"),
        (new(@"ORDER BY \S*granted_at"), "ix_user_grants_status_granted_at"),
        (new(@"ORDER BY \S*last_used_at"), "ix_user_grants_status_last_used_at"),
        (new(@"ORDER BY \S*next_poll_at"), "ix_authorization_sessions_state_next_poll_at"),
        (new(@"ORDER BY \S*expires_at"), "expires_at"),
        (new(@"state\S* = [\s\S]*ORDER BY \S*created_at\S* DESC, \S*session_id"), "ix_authorization_sessions_state_created_at_session_id"),
        (new(@"(?=[\s\S]*open_id\S* = )[\s\S]*ORDER BY \S*created_at\S* DESC, \S*session_id"), "ix_authorization_sessions_app_id_open_id_created_at"),
        (new(@"ORDER BY \S*created_at\S* DESC, \S*session_id"), "created_at"),
        (new(@"url\S* = [\s\S]*ORDER BY \S*due_at"), "ix_webhook_deliveries_url_due_at"),
        (new(@"webhook_deliveries[\s\S]*ORDER BY \S*due_at\S* DESC"), "ix_webhook_deliveries_state_due_at_id"),
        (new(@"parked_calls[\s\S]*ORDER BY \S*finished_at"), "ix_parked_calls_finished_at"),
        (new(@"idempotency_keys[\s\S]*ORDER BY \S*created_at"), "ix_idempotency_keys_created_at"),
        (new(@"ai_conversations[\s\S]*ORDER BY \S*used_at"), "ix_ai_conversations_used_at"),
    ];

    // People come and go, the loops look in, and all that is scheduled has its turn.
    private static async Task WorkAsync(Scene scene, RecordedCommands recorded)
    {
        await scene.GrantAsync(scene.Ava, [.. Scene.AiScopes, "auth:user.id:read", "offline_access"]);
        await scene.Ava.AnswerAsync(scene.Ava.Write("Hello?"));
        await QuestionsAsync(scene);
        scene.Clock.Advance(TimeSpan.FromHours(3));
        await scene.Inside<UserTokens>().GetAsync(new UserKey(scene.Options.Sandbox.AppId, scene.Ava.OpenId), ScopeSet.Empty, default);
        await scene.Api.GetAsync("/api/v1/grants?limit=2");
        await scene.Api.GetAsync("/api/v1/events?state=dead");
        foreach (var list in Lists(scene))
        {
            var first = (await scene.Api.GetAsync($"{list}limit=2")).Must(HttpStatusCode.OK);
            (await scene.Api.GetAsync($"{list}limit=2&cursor={first["nextCursor"] ?? Afterwards}")).Must(HttpStatusCode.OK);
        }

        await OperationsAsync(scene, recorded);
        await Eventually.TrueAsync("the webhook being tried", async () => await scene.Database.CountAsync("webhook_deliveries", "last_error IS NOT NULL") > 0);
        await scene.Api.GetAsync($"/api/v1/grants/{scene.Ava.OpenId}/token?scopes=im:message"); // asks for it

        await CallersAsync(scene);
        await scene.Inside<CleanUp>().RunAsync(default);
        await scene.Inside<KeepAlive>().RunAsync(default);
        await scene.Inside<EndAnnouncements>().RunAsync(default);
        await scene.Inside<UnusedGrants>().RunAsync(default);
        await scene.Inside<Database>().RunAsync(db => UserSync.PageAsync(db, scene.Options.Sandbox.AppId, "ou_many3", default));
        foreach (var count in ((RunningService)scene.Service).Services.GetServices<IRowCount>())
        {
            await scene.Inside<Database>().RunAsync(db => count.CountAsync(db, default));
        }
    }

    // Another system asks twice in one conversation, and looks for an answer that is not there.
    private static async Task QuestionsAsync(Scene scene)
    {
        var caller = new AiCaller(scene.Authorized);
        var first = (await caller.AskAsync(scene.Ava, "Hello?")).Must(HttpStatusCode.OK);
        (await caller.AskAsync(scene.Ava, "And now?", first["conversationId"])).Must(HttpStatusCode.OK);
        await using var gone = await caller.StreamAsync(scene.Ava, "Hello?", "AAAAAAAAAAAAAAAAAAAAAA.0.e3b0c442");
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
    }

    // A call of another system waits for its user, somebody waits for its end, and a key is used.
    private static async Task OperationsAsync(Scene scene, RecordedCommands recorded)
    {
        var user = new UserKey(scene.Options.Sandbox.AppId, scene.Ava.OpenId);
        var http = new DefaultHttpContext();
        var gap = new ConsentGap(ConsentReason.NotGranted, ScopeSet.Empty);
        await scene.Inside<ParkedOperations>().ParkAsync(new NewOperation("unknown", user, ScopeSet.Empty, "{}", false), gap, new ConsentAnswer.Waiting("no such session"), http, default);
        var id = (string)(await scene.Database.ScalarAsync("SELECT id FROM parked_calls WHERE id LIKE 'op_%'"))!;
        Assert.Equal("expired", (await scene.Inside<ParkedOperations>().FindAsync(id, http.User.CallerId(), TimeSpan.FromSeconds(30), default))!.State);
        using (scene.Inside<OperationWaiters>().Enter("op_none"))
        {
            await Eventually.TrueAsync("the watch", () => recorded.All.Any(c => c.Parameters.Any(p => Equals(p.Value, "op_none") || p.Value is string[] and ["op_none"])));
        }

        var keys = scene.Inside<KeyedRequests>();
        foreach (var key in new[] { "kept", "given back" })
        {
            Assert.Null(await keys.ClaimAsync(key, "caller", "fingerprint", default));
            Assert.NotNull(await keys.ClaimAsync(key, "caller", "fingerprint", default));
            await keys.RenewAsync(key, default);
            await (key == "kept" ? keys.KeepAsync(key, "answer") : keys.GiveBackAsync(key));
        }
    }

    // Keys and people come, call and go; the key is noted as used meanwhile.
    private static async Task CallersAsync(Scene scene)
    {
        var (id, key) = await scene.NewKeyAsync("grants.read");
        (await scene.As(key).GetAsync("/api/v1/grants?limit=1")).Must(HttpStatusCode.OK);
        await Eventually.TrueAsync("the key's use being noted", async () => await scene.Database.CountAsync("api_keys", "last_used_at IS NOT NULL") > 0);
        (await scene.Api.GetAsync("/api/v1/api-keys?limit=2")).Must(HttpStatusCode.OK);
        (await scene.Api.DeleteAsync($"/api/v1/api-keys/{id}")).Must(HttpStatusCode.NoContent);
        await scene.NewAccountAsync();
        await scene.SignInAsync("a wrong password");
        var signedIn = (await scene.SignInAsync()).Must(HttpStatusCode.OK);
        (await new Api(scene.Anonymous).PostAsync("/api/v1/auth/refresh", new { refreshToken = signedIn["refreshToken"] })).Must(HttpStatusCode.OK);
        (await new Api(scene.Anonymous).PostAsync("/api/v1/auth/refresh", new { refreshToken = signedIn["refreshToken"] })).Must(HttpStatusCode.Unauthorized);
        var account = (await scene.Api.GetAsync("/api/v1/accounts")).Json!["items"]!.AsArray().Single()!["id"];
        (await scene.Api.DeleteAsync($"/api/v1/accounts/{account}")).Must(HttpStatusCode.NoContent);
    }

    // Of a state that is rare, the first page is the last.
    private static string Afterwards => new TimeCursor(TimeProvider.System.GetUtcNow(), "").Write(SessionList.Name);

    private static IEnumerable<string> Lists(Scene scene) =>
    [
        "/api/v1/grants?status=revoked&", $"/api/v1/grants?status=active&appId={scene.Options.Sandbox.AppId}&", "/api/v1/authorizations?", "/api/v1/authorizations?state=failed&",
        "/api/v1/authorizations?openId=ou_many3&", $"/api/v1/authorizations?appId={scene.Options.Sandbox.AppId}&", "/api/v1/webhooks/deliveries?state=dead&",
    ];

    private static Task<Scene> StartAsync(Engine engine, RecordedCommands recorded) => Scene.StartAsync(new()
    {
        Engine = engine,
        Settings = { ["Api:JwtSigningKey"] = CallerScene.SigningKey, ["Webhooks:0:Url"] = $"http://127.0.0.1:{FreePort.Take()}/nobody", ["Webhooks:0:Secret"] = new string('s', 32) },
        Services = services => services.AddSingleton(provider => recorded.Watch(
            engine, provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<ConnectionStringOptions>>().Value.Default)),
    });

    // Inserts find their place by themselves; a statement with several in it cannot be explained.
    private static bool IsExplained(string text) =>
        ManyRows.Tables.Any(t => text.Contains(t, StringComparison.Ordinal))
        && !text.TrimStart().StartsWith("INSERT", StringComparison.OrdinalIgnoreCase)
        && !text.TrimEnd().TrimEnd(';').Contains(';', StringComparison.Ordinal);

    // SQLite names tables by their alias, a letter or two; what it scans besides is made by the statement itself.
    private static bool ReadsAll(Engine engine, string line) => engine == Engine.Postgres
        ? ManyRows.Tables.Any(table => line.Contains($"Seq Scan on {table}", StringComparison.Ordinal))
        : WholeTable().IsMatch(line);

    [GeneratedRegex(@"^SCAN (?!k$|keys|n$)\w+$")]
    private static partial Regex WholeTable();

    private static async Task<List<string>> ExplainAsync(Scene scene, Engine engine, RecordedCommands.Command command)
    {
        await using DbConnection connection = engine == Engine.Postgres ? new NpgsqlConnection(scene.Database.ConnectionString) : new SqliteConnection(scene.Database.ConnectionString);
        await connection.OpenAsync();
        await using var explain = connection.CreateCommand();
        explain.CommandText = (engine == Engine.Postgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + command.Text;
        explain.Parameters.AddRange(command.Parameters.ToArray());
        await using var reader = await explain.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(engine == Engine.Postgres ? 0 : 3));
        }

        return lines;
    }
}
