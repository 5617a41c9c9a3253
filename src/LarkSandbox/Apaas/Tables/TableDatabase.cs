using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LarkSandbox.Apaas.Tables;

/// <summary>
/// Tables in a SQLite of their own, in memory and at most 16 MB. One caller at a time, each in a transaction; a statement that
/// computes for too long is stopped. Every row knows who wrote it.
/// </summary>
internal sealed class TableDatabase : IDisposable
{
    private const int MostPages = 4_096;
    private const int StepsBetweenLooks = 10_000;
    private const int MostLooks = 2_000;
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);
    private string _writer = "";
    private long _lastId;
    private int _looks;

    /// <param name="clock">When rows are written.</param>
    /// <param name="firstId">Record ids count up from here.</param>
    public TableDatabase(TimeProvider clock, long firstId)
    {
        _lastId = firstId - 1;
        _connection.Open();
        _connection.CreateFunction("sandbox_id", () => (++_lastId).ToString(CultureInfo.InvariantCulture));
        _connection.CreateFunction("sandbox_now", () => clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        _connection.CreateFunction("sandbox_user", () => _writer);
        _connection.CreateFunction("sandbox_like", (string? text, string pattern, bool ignoreCase) => IsLike(text, pattern, ignoreCase), isDeterministic: true);
        var commands = new SqlCommands(_connection);
        commands.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {MostPages}"));
        commands.Run("PRAGMA trusted_schema = ON"); // defaults of columns call the functions above
        raw.sqlite3_progress_handler(_connection.Handle!, StepsBetweenLooks, _ => ++_looks > MostLooks ? 1 : 0, new object());
    }

    /// <summary>Tables and views in the order they were made.</summary>
    public IReadOnlyList<Table> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _tables.Values];
            }
        }
    }

    public Table GetTable(string name) => Find(name, view: false) ?? throw new FormatException($"table {name} does not exist");

    public Table GetView(string name) => Find(name, view: true) ?? throw new FormatException($"view {name} does not exist");

    /// <summary>Does the work as one transaction; whatever it throws undoes it.</summary>
    /// <param name="writer">Who is noted in the rows: a person's open_id, or the app's id.</param>
    /// <param name="work">What to do.</param>
    public T Use<T>(string writer, Func<SqlCommands, T> work)
    {
        lock (_gate)
        {
            (_writer, _looks) = (writer, 0);
            using var transaction = _connection.BeginTransaction();
            var result = work(new SqlCommands(_connection));
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Makes a table, or a view.</summary>
    public void Create(Table table)
    {
        Use("", commands =>
        {
            if (table.ViewSql is { } shown)
            {
                return commands.Run($"CREATE VIEW {Sql.Name(table.Name)} AS {shown}");
            }

            commands.Run($"CREATE TABLE {Sql.Name(table.Name)} ({string.Join(", ", table.Columns.Select(c => c.Definition))})");
            return commands.Run(
                $"CREATE TRIGGER {Sql.Name(table.Name + "_touched")} AFTER UPDATE OF {Sql.Names(table.Columns.Where(c => !c.IsSystem).Select(c => c.Name))} ON {Sql.Name(table.Name)} "
                + "BEGIN UPDATE " + Sql.Name(table.Name) + " SET _updated_at = sandbox_now(), _updated_by = sandbox_user() WHERE _id = NEW._id; END");
        });
        lock (_gate)
        {
            _tables[table.Name] = table;
        }
    }

    public void Dispose() => _connection.Dispose();

    private static bool? IsLike(string? text, string pattern, bool ignoreCase)
    {
        if (text is null)
        {
            return null;
        }

        var expression = string.Concat(pattern.Select(c => c switch { '%' => ".*", '_' => ".", _ => Regex.Escape(c.ToString()) }));
        var options = RegexOptions.Singleline | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        return Regex.IsMatch(text, $"^(?:{expression})$", options, MatchLimit);
    }

    private Table? Find(string name, bool view)
    {
        lock (_gate)
        {
            return _tables.TryGetValue(name, out var table) && table.ViewSql is not null == view ? table : null;
        }
    }
}
