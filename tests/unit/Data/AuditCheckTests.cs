using LarkService.Data.Audit;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Data;

/// <summary>On a file without triggers: somebody who gets past them is found out all the same.</summary>
public sealed class AuditCheckTests : IDisposable
{
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();
    private readonly ManualTime _clock = new();

    [Fact]
    public async Task An_empty_log_is_in_order()
    {
        var finding = await CheckAsync();
        Assert.Equal((0, new string('0', 64), null), (finding.Rows, finding.Head, finding.Fault));
    }

    [Fact]
    public async Task A_log_nobody_touched_is_in_order_and_ends_with_its_heads_hash()
    {
        await WriteAsync(5);

        var finding = await CheckAsync();
        Assert.Equal((5, null), (finding.Rows, finding.Fault));
        Assert.Equal(await _file.Database.RunAsync(db => db.Set<AuditRow>().Where(r => r.Number == 5).Select(r => r.Hash).SingleAsync()), finding.Head);
    }

    [Fact]
    public async Task A_log_of_many_pages_is_walked_to_its_end()
    {
        await _file.Database.RunAsync(async db =>
        {
            var last = AuditChain.Next(0, AuditHead.Beginning, Entry(1), _clock.GetUtcNow());
            db.Add(last);
            for (var i = 2; i <= 2500; i++)
            {
                db.Add(last = AuditChain.Next(last.Number, last.Hash, Entry(i), _clock.GetUtcNow()));
            }

            await db.SaveChangesAsync();
            await db.Set<AuditHead>().ExecuteUpdateAsync(u => u.SetProperty(h => h.Number, last.Number).SetProperty(h => h.Hash, last.Hash));
        });

        Assert.Equal((2500, null), (await CheckAsync()) is var f ? (f.Rows, f.Fault) : default);
    }

    [Theory]
    [InlineData("actor", "'somebody'")]
    [InlineData("action", "'other'")]
    [InlineData("app_id", "NULL")]
    [InlineData("open_id", "'ou_other'")]
    [InlineData("result", "'good'")]
    [InlineData("log_id", "'x'")]
    [InlineData("detail", "''")]
    [InlineData("at", "at + 1")]
    public async Task A_row_that_was_changed_shows_whatever_was_changed_of_it(string column, string value)
    {
        await WriteAsync(5);
        await ExecuteAsync($"UPDATE audit_log SET {column} = {value} WHERE number = 3");

        var finding = await CheckAsync();
        Assert.Equal((2, "Row 3 was changed, or the row before it was."), (finding.Rows, finding.Fault));
    }

    [Theory]
    [InlineData("number = 3", "Row 3 is gone.")]
    [InlineData("number IN (2, 3)", "Row 2 is gone, and so is every one up to 3.")]
    [InlineData("number = 1", "Row 1 is gone.")]
    [InlineData("number >= 4", "Row 4 is gone, and so is every one up to 5: the end of the log was cut off.")]
    [InlineData("number > 0", "Row 1 is gone, and so is every one up to 5: the end of the log was cut off.")]
    public async Task Rows_that_were_removed_show(string which, string fault)
    {
        await WriteAsync(5);
        await ExecuteAsync($"DELETE FROM audit_log WHERE {which}");

        Assert.Equal(fault, (await CheckAsync()).Fault);
    }

    [Fact]
    public async Task Two_rows_that_changed_places_show()
    {
        await WriteAsync(5);
        await ExecuteAsync("UPDATE audit_log SET number = -1 WHERE number = 2; UPDATE audit_log SET number = 2 WHERE number = 3; UPDATE audit_log SET number = 3 WHERE number = -1");

        Assert.Equal("Row 2 was changed, or the row before it was.", (await CheckAsync()).Fault);
    }

    [Fact]
    public async Task Rows_removed_together_with_the_numbers_behind_them_show()
    {
        await WriteAsync(5);
        await ExecuteAsync("DELETE FROM audit_log WHERE number = 2; UPDATE audit_log SET number = number - 1 WHERE number > 2; UPDATE audit_head SET number = 4");

        Assert.Equal("Row 2 was changed, or the row before it was.", (await CheckAsync()).Fault);
    }

    [Fact]
    public async Task A_last_row_that_was_replaced_by_one_with_a_good_hash_shows()
    {
        await WriteAsync(5);
        await _file.Database.RunAsync(async db =>
        {
            var before = await db.Set<AuditRow>().SingleAsync(r => r.Number == 4);
            await db.Set<AuditRow>().Where(r => r.Number == 5).ExecuteDeleteAsync();
            db.Add(AuditChain.Next(4, before.Hash, Entry(99), _clock.GetUtcNow()));
            await db.SaveChangesAsync();
        });

        Assert.Equal("Row 5 is not the one that audit_head names as the last.", (await CheckAsync()).Fault);
    }

    [Fact]
    public async Task A_row_slipped_in_behind_the_end_shows()
    {
        await WriteAsync(2);
        await ExecuteAsync("INSERT INTO audit_log (number, at, actor, action, result, hash) SELECT 3, at, actor, action, result, hash FROM audit_log WHERE number = 2");

        Assert.Equal("Row 3 stands behind the end of the log: it was not written by the service.", (await CheckAsync()).Fault);
    }

    [Fact]
    public async Task Without_its_head_the_log_is_not_in_order()
    {
        await WriteAsync(2);
        await ExecuteAsync("DELETE FROM audit_head");

        Assert.Contains("audit_head", (await CheckAsync()).Fault, StringComparison.Ordinal);
    }

    public void Dispose() => _file.Dispose();

    private static AuditEntry Entry(int i) => new("bootstrap", AuditActions.TokenHandOut, "handed_out") { AppId = Some.AppId, OpenId = Some.User.OpenId, LogId = "log-1", Detail = $"number {i}" };

    private async Task WriteAsync(int count)
    {
        var log = new AuditLog(_file.Database, _clock);
        for (var i = 1; i <= count; i++)
        {
            await log.AppendAsync(Entry(i), default);
        }
    }

    private Task<AuditFinding> CheckAsync() => new AuditCheck(_file.Database).RunAsync(_ => new Progress<int>(), default);

    private Task ExecuteAsync(string sql) => _file.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync(sql));
}
