using System.Text;

namespace LarkService.Apaas.Workspaces;

/// <summary>What callers may send as SQL: one statement, whole.</summary>
internal static class SqlStatement
{
    public const int MostBytes = 100 * 1024;

    /// <returns>Null when it is one statement; else what is wrong, and what to do.</returns>
    public static string? FaultIn(string? sql)
    {
        if (string.IsNullOrWhiteSpace(sql))
        {
            return "sql is missing: give one SQL statement.";
        }

        if (Encoding.UTF8.GetByteCount(sql) > MostBytes)
        {
            return $"sql is longer than {MostBytes / 1024} KB. Write many records with POST …/tables/{{table}}/records.";
        }

        return sql.Contains('\0', StringComparison.Ordinal) ? "sql holds a NUL character, which no SQL may." : FaultInStatements(sql);
    }

    private static string? FaultInStatements(string sql)
    {
        var lexer = new SqlLexer(sql);
        var (statements, within) = (0, false);
        while (true)
        {
            switch (lexer.Next())
            {
                case SqlToken.End:
                    return statements == 0 ? "sql holds no statement, only comments and blanks." : null;
                case SqlToken.Unclosed:
                    return $"sql ends inside {lexer.Unclosed} that is not closed.";
                case SqlToken.Semicolon:
                    within = false;
                    break;
                default:
                    if (!within && ++statements > 1)
                    {
                        return "sql holds several statements: send one at a time. A semicolon inside a string, a quoted name or a comment does not count.";
                    }

                    within = true;
                    break;
            }
        }
    }
}
