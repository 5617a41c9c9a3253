using static LarkSandbox.Tests.Apaas.WorkspaceTest;

namespace LarkSandbox.Tests.Apaas;

/// <summary>SQL that is not one good statement.</summary>
public sealed class SqlRefusalTests(SharedWorkspace workspace) : IClassFixture<SharedWorkspace>
{
    [Theory]
    [InlineData("SELECT 1; SELECT 2", "one statement at a time")]
    [InlineData("SELECT 1; DROP TABLE tasks", "one statement at a time")]
    [InlineData("SELECT 1; nonsense", "one statement at a time")]
    [InlineData("SELECT ''; ' x", "one statement at a time")]
    [InlineData("DROP TABLE tasks", "not DROP")]
    [InlineData("ATTACH DATABASE '/tmp/x' AS x", "not ATTACH")]
    [InlineData("PRAGMA max_page_count = 1000000", "not PRAGMA")]
    [InlineData("-- nothing", "only SELECT")]
    [InlineData("COMMIT", "not COMMIT")]
    [InlineData("SELECT * FROM secrets", "no such table: secrets")]
    [InlineData("SELECT load_extension('x')", "")]
    [InlineData("SELECT * FROM tasks WHERE title = @title", "has parameters")]
    [InlineData("SELECT", "incomplete input")]
    [InlineData("", "sql is required")]
    [InlineData("SELECT _id FROM tasks a, tasks b, tasks c, tasks d, tasks e, tasks f, tasks g", "ambiguous")]
    [InlineData("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "takes too long")]
    [InlineData("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5001) SELECT i FROM n", "more than 5000 rows")]
    public async Task What_is_not_one_good_statement_is_refused_and_changes_nothing(string sql, string words)
    {
        Refused(await workspace.SqlAsync(sql), words);
        Assert.Equal(4, (int)Rows(await workspace.SqlAsync("SELECT count(*) AS n FROM tasks"))[0]!["n"]!);
    }
}
