using System.Globalization;
using LarkSandbox.Apaas.Tables;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>
/// A filter as PostgREST writes it, <c>age=gt.18&amp;or=(name.eq.Ann,name.in.(Bob,"Li, Lei"))</c>, as a condition over bound values.
/// Names of columns must be in the schema.
/// </summary>
internal sealed class Filter
{
    private const int MostConditions = 100;
    private const int DeepestGroup = 10;

    private readonly Table _table;
    private readonly SqlValues _values;
    private readonly FilterReader _reader;
    private int _conditions;

    private Filter(Table table, SqlValues values, string text) => (_table, _values, _reader) = (table, values, new FilterReader(text));

    /// <summary>The condition as SQL; throws <see cref="FormatException"/> when the text is no filter of this table.</summary>
    public static string Read(Table table, SqlValues values, string text) => new Filter(table, values, text).Everything();

    private string Everything()
    {
        var parts = new List<string>();
        do
        {
            parts.Add(Part());
        }
        while (_reader.Takes('&'));

        return _reader.IsAtEnd ? string.Join(" AND ", parts) : throw _reader.Wrong("nothing more expected");
    }

    private string Part()
    {
        foreach (var (word, joined) in new[] { ("and=", " AND "), ("or=", " OR ") })
        {
            if (_reader.Takes("not." + word))
            {
                return $"NOT {Group(joined, 1)}";
            }

            if (_reader.Takes(word))
            {
                return Group(joined, 1);
            }
        }

        var column = _table[_reader.Until('=', '&')];
        _reader.Demand('=');
        return Condition(column, '&');
    }

    private string Group(string joined, int depth)
    {
        if (depth > DeepestGroup)
        {
            throw _reader.Wrong($"more than {DeepestGroup} groups in each other");
        }

        _reader.Demand('(');
        var items = new List<string>();
        do
        {
            items.Add(Item(depth));
        }
        while (_reader.Takes(','));

        _reader.Demand(')');
        return $"({string.Join(joined, items)})";
    }

    private string Item(int depth)
    {
        foreach (var (word, joined) in new[] { ("and", " AND "), ("or", " OR ") })
        {
            if (_reader.Takes($"not.{word}("))
            {
                return $"NOT {Inner(joined, depth)}";
            }

            if (_reader.Takes($"{word}("))
            {
                return Inner(joined, depth);
            }
        }

        var column = _table[_reader.Until('.', ',', ')')];
        _reader.Demand('.');
        return Condition(column, ',', ')');
    }

    // Its parenthesis is read already, so that a column may be called "and" or "order".
    private string Inner(string joined, int depth)
    {
        _reader.Back();
        return Group(joined, depth + 1);
    }

    private string Condition(Column column, params ReadOnlySpan<char> ends)
    {
        if (++_conditions > MostConditions)
        {
            throw _reader.Wrong($"more than {MostConditions} conditions");
        }

        var not = _reader.Takes("not.") ? "NOT " : "";
        var name = _reader.Until('.');
        _reader.Demand('.');
        return $"{not}({Compare(column, name, ends)})";
    }

    private string Compare(Column column, string name, ReadOnlySpan<char> ends) => name switch
    {
        "eq" => $"{Sql.Name(column.Name)} = {Value(column, ends)}",
        "neq" => $"{Sql.Name(column.Name)} <> {Value(column, ends)}",
        "gt" => $"{Sql.Name(column.Name)} > {Value(column, ends)}",
        "gte" => $"{Sql.Name(column.Name)} >= {Value(column, ends)}",
        "lt" => $"{Sql.Name(column.Name)} < {Value(column, ends)}",
        "lte" => $"{Sql.Name(column.Name)} <= {Value(column, ends)}",
        "like" => $"sandbox_like({Sql.Name(column.Name)}, {_values.Add(_reader.Value(ends).Replace('*', '%'))}, 0)",
        "ilike" => $"sandbox_like({Sql.Name(column.Name)}, {_values.Add(_reader.Value(ends).Replace('*', '%'))}, 1)",
        "in" => $"{Sql.Name(column.Name)} IN ({List(column)})",
        "is" => $"{Sql.Name(column.Name)} IS {Constant(_reader.Value(ends))}",
        _ => throw _reader.Wrong($"operator {name} is not known"),
    };

    private string List(Column column)
    {
        _reader.Demand('(');
        var items = new List<string>();
        do
        {
            items.Add(Value(column, [',', ')']));
        }
        while (_reader.Takes(','));

        _reader.Demand(')');
        return string.Join(", ", items);
    }

    private string Constant(string word) => word switch
    {
        "null" => "NULL",
        "true" => "1",
        "false" => "0",
        _ => throw _reader.Wrong("is takes null, true or false"),
    };

    private string Value(Column column, ReadOnlySpan<char> ends)
    {
        var text = _reader.Value(ends);
        return _values.Add(column.DataType switch
        {
            ColumnType.Bigint => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : throw Unfit(column, text),
            ColumnType.Numeric => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Unfit(column, text),
            ColumnType.Yes => text switch { "true" => 1L, "false" => 0L, _ => throw Unfit(column, text) },
            _ => (object)text,
        });
    }

    private static FormatException Unfit(Column column, string text) => new($"filter: invalid input for {column.DataType} {column.Name}: {text}");
}
