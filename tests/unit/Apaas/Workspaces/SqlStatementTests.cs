using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LarkService.Apaas.Workspaces;

namespace LarkService.UnitTests.Apaas.Workspaces;

/// <summary>One statement is one statement, however it hides its semicolons, and two are two, however they hide theirs.</summary>
public sealed class SqlStatementTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(1000);

    /// <summary>Quotes, marks and semicolons far more often than in any text.</summary>
    private static Gen<string> Nasty =>
        Gen.Elements("'", "''", "\\", "\"", ";", "--", "/*", "*/", "$", "$$", "$a$", "\n", " ", "E", "e", "x", "1", "王", "\u00a0", "DROP TABLE t").ListOf().Select(parts => string.Concat(parts));

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("SELECT 1;")]
    [InlineData(" ;; SELECT 1 ; ; -- done;\n")]
    [InlineData("SELECT ';'")]
    [InlineData("SELECT 'it''s; fine'")]
    [InlineData("SELECT 'a\\'; -- ; no escape in here")]
    [InlineData("SELECT E'a\\'; b'")]
    [InlineData("SELECT e'\\\\'")]
    [InlineData("SELECT type'a\\' AS b")]
    [InlineData("SELECT \"odd;name\"\"; too\" FROM t")]
    [InlineData("SELECT $$ a; b $$")]
    [InlineData("SELECT $tag$ a; $other$ b; $$ $tag$")]
    [InlineData("SELECT $1, a$b$ FROM c")]
    [InlineData("SELECT 1 /* a; /* b; */ c; */ + 2")]
    [InlineData("-- a; b\rSELECT 1 -- c;")]
    [InlineData("SELECT E'a' -- goes on below\n '\\'; still the same'")]
    [InlineData("UPDATE t SET name = U&'\\0041;' WHERE x = B'1'")]
    [InlineData("SELECT '王;一一' AS 名字")]
    public void One_statement_is_taken(string sql) => Assert.Null(SqlStatement.FaultIn(sql));

    [Theory]
    [InlineData("SELECT 1; DROP TABLE t")]
    [InlineData("SELECT 1;;; DROP TABLE t;")]
    [InlineData("SELECT 'a'; DROP TABLE t; --'")]
    [InlineData("SELECT 'a\\'; DROP TABLE t; --'")]
    [InlineData("SELECT E'a\\\\'; DROP TABLE t; --'")]
    [InlineData("SELECT type'a\\'; DROP TABLE t; --'")]
    [InlineData("SELECT /* a */; DROP TABLE t")]
    [InlineData("SELECT 1 -- a\n; DROP TABLE t")]
    [InlineData("SELECT a$$; DROP TABLE t; --$$")]
    [InlineData("SELECT $a$ $$ $a$; DROP TABLE t")]
    [InlineData("SELECT E'a'\n'\\'' ; DROP TABLE t; --'")]
    [InlineData("SELECT '\\'; DROP TABLE t")]
    [InlineData("SELECT 1; $$x$$")]
    [InlineData("SELECT 1;'x'")]
    [InlineData("SELECT 1;(SELECT 2)")]
    [InlineData("SELECT 1;\u00a0DROP")]
    [InlineData("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END")]
    public void Several_are_refused(string sql) => Assert.Contains("several statements", SqlStatement.FaultIn(sql), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT 'a", "a string")]
    [InlineData("SELECT E'a\\'", "a string")]
    [InlineData("SELECT E'a\\", "a string")]
    [InlineData("SELECT \"a", "a quoted name")]
    [InlineData("SELECT 1 /* a /* b */", "a comment")]
    [InlineData("SELECT $a$ b $b$", "a dollar-quoted string")]
    [InlineData("SELECT 'a'\n'", "a string")]
    public void What_is_not_closed_is_said(string sql, string what) =>
        Assert.Equal($"sql ends inside {what} that is not closed.", SqlStatement.FaultIn(sql));

    [Theory]
    [InlineData(null, "missing")]
    [InlineData(" \n", "missing")]
    [InlineData("-- only; words", "no statement")]
    [InlineData(";;", "no statement")]
    [InlineData("SELECT '\0'", "NUL")]
    public void Nothing_and_what_no_database_takes_is_said(string? sql, string words) => Assert.Contains(words, SqlStatement.FaultIn(sql), StringComparison.Ordinal);

    [Fact]
    public void A_text_of_100_KB_is_the_longest()
    {
        var longest = "SELECT '" + new string('王', (SqlStatement.MostBytes - 9) / 3) + "'";
        longest += new string(' ', SqlStatement.MostBytes - Encoding.UTF8.GetByteCount(longest));

        Assert.Null(SqlStatement.FaultIn(longest));
        Assert.Contains("100 KB", SqlStatement.FaultIn(longest + " "), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_stands_in_a_string_with_its_quotes_doubled_ends_no_statement() => Prop.ForAll(Nasty.ToArbitrary(), text =>
    {
        Assert.Null(SqlStatement.FaultIn($"SELECT '{text.Replace("'", "''", StringComparison.Ordinal)}'"));
        Assert.Contains("several", SqlStatement.FaultIn($"SELECT '{text.Replace("'", "''", StringComparison.Ordinal)}'; DROP TABLE t"), StringComparison.Ordinal);
    }).Check(Cases);

    [Fact]
    public void Whatever_stands_in_a_dollar_quote_that_it_does_not_hold_ends_no_statement() => Prop.ForAll(Nasty.ToArbitrary(), text =>
    {
        Assert.Null(SqlStatement.FaultIn($"SELECT $q${text}$q$"));
        Assert.Contains("several", SqlStatement.FaultIn($"SELECT $q${text}$q$; DROP TABLE t"), StringComparison.Ordinal);
    }).Check(Cases);

    [Fact]
    public void Any_text_is_one_statement_or_has_a_fault_and_comes_to_an_end() => Prop.ForAll(Nasty.ToArbitrary(), text =>
    {
        var lexer = new SqlLexer(text);
        var tokens = 0;
        while (lexer.Next() is not (SqlToken.End or SqlToken.Unclosed))
        {
            Assert.InRange(++tokens, 1, text.Length);
        }
    }).Check(Cases);
}
