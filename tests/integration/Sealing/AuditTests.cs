using System.Data.Common;
using System.Text.Json.Nodes;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.IntegrationTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.IntegrationTests.Sealing;

/// <summary>The audit log on real databases: it only grows, in one chain, and whoever gets past the triggers is found out.</summary>
public sealed class AuditTests
{
    [Theory]
    [BothEngines]
    public async Task What_happened_stands_in_a_log_that_the_database_lets_nobody_change(Engine engine)
    {
        // Given a consent, a declined one, a token handed out and a grant taken back
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var asked = await scene.Api.AskAsync(scene.Mei);
        await scene.Mei.PressAsync(scene.Platform.FindMessage(asked["messageId"]!)!, Person.Decline);
        await Eventually.TrueAsync("the session being declined", async () => await scene.SessionStateAsync(asked["sessionId"]!) == "declined");
        (await scene.Api.GetAsync($"/api/v1/grants/{scene.Ava.OpenId}/token")).Must(System.Net.HttpStatusCode.OK);
        await scene.Api.DeleteAsync($"/api/v1/grants/{scene.Ava.OpenId}");

        // Then each has its row
        var rows = await scene.Database.RowsAsync("SELECT actor, action, result, open_id, log_id FROM audit_log WHERE action <> 'refresh_outcome_changed' ORDER BY number");
        Assert.Equal(
            [
                ("user", "consent", "authorized", scene.Ava.OpenId),
                ("user", "consent", "declined", scene.Mei.OpenId),
                ("bootstrap", "token_hand_out", "handed_out", scene.Ava.OpenId),
                ("bootstrap", "revocation", "revoked", scene.Ava.OpenId),
            ],
            rows.Select(r => ((string)r[0]!, (string)r[1]!, (string)r[2]!, (string)r[3]!)));
        Assert.False(string.IsNullOrEmpty((string?)rows[0][4])); // the platform's name for the exchange

        // And none can be changed or removed
        string[] attempts = ["UPDATE audit_log SET actor = 'nobody' WHERE number = 1", "DELETE FROM audit_log WHERE number = 1", "DELETE FROM audit_log"];
        foreach (var attempt in engine == Engine.Postgres ? [.. attempts, "TRUNCATE audit_log"] : attempts)
        {
            var refused = await Assert.ThrowsAnyAsync<DbException>(() => scene.Database.ExecuteAsync(attempt));
            Assert.Contains("only ever appended to", refused.Message, StringComparison.Ordinal);
        }

        await VerifiesAsync(scene, good: true);
    }

    [Theory]
    [BothEngines]
    public async Task Whoever_gets_past_the_database_is_found_out_by_the_command(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine });
        var log = scene.Inside<AuditLog>();
        for (var i = 1; i <= 5; i++)
        {
            await log.AppendAsync(new AuditEntry("operator", "test", "good") { Detail = $"{i}" }, CancellationToken.None);
        }

        await scene.Database.ExecuteAsync(engine == Engine.Postgres ? "ALTER TABLE audit_log DISABLE TRIGGER ALL" : "DROP TRIGGER lark_audit_stays");
        await scene.Database.ExecuteAsync("UPDATE audit_log SET detail = '9' WHERE number = 4");

        var (exit, output, errors) = await ServiceProcess.RunAsync(scene.Settings(), "audit", "verify");
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("The first 3 rows are. Row 4 was changed", errors, StringComparison.Ordinal);
        var finding = await VerifiesAsync(scene, good: false);
        Assert.Equal("3", finding["rows"]!.ToString());
    }

    [Theory]
    [BothEngines]
    public async Task Fifty_that_append_side_by_side_make_one_chain_without_a_gap(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine });
        var log = scene.Inside<AuditLog>();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => log.AppendAsync(new AuditEntry("operator", "test", "good") { Detail = $"{i}" }, CancellationToken.None))));

        Assert.Equal(50, await scene.Database.CountAsync("audit_log"));
        Assert.Equal(50L, Convert.ToInt64(await scene.Database.ScalarAsync("SELECT max(number) FROM audit_log"), System.Globalization.CultureInfo.InvariantCulture));
        var finding = await scene.Inside<AuditCheck>().RunAsync(_ => new Progress<int>(), CancellationToken.None);
        Assert.Equal((50, null), (finding.Rows, finding.Fault));
    }

    [Theory]
    [BothEngines]
    public async Task What_was_rolled_back_leaves_no_row_and_no_gap(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine });
        var log = scene.Inside<AuditLog>();
        await log.AppendAsync(new AuditEntry("operator", "test", "first"), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Inside<Database>().TransactAsync<bool>(async db =>
        {
            await log.AppendAsync(db, new AuditEntry("operator", "test", "undone"), CancellationToken.None);
            throw new InvalidOperationException("no");
        }, CancellationToken.None));
        await log.AppendAsync(new AuditEntry("operator", "test", "second"), CancellationToken.None);

        Assert.Equal([(1L, "first"), (2L, "second")], await scene.Inside<Database>().RunAsync(async db =>
            (await db.Set<AuditRow>().OrderBy(r => r.Number).ToListAsync()).Select(r => (r.Number, r.Result)).ToList()));
    }

    private static async Task<JsonNode> VerifiesAsync(Scene scene, bool good)
    {
        var (exit, output, _) = await ServiceProcess.RunAsync(scene.Settings(), "audit", "verify", "--json");
        Assert.Equal(good ? 0 : 1, exit);
        var finding = JsonNode.Parse(output)!;
        Assert.Equal(good, (bool)finding["good"]!);
        Assert.Equal(64, finding["head"]!.ToString().Length);
        return finding;
    }
}
