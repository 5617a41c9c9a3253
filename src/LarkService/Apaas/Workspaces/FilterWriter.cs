using System.Globalization;
using System.Text;

namespace LarkService.Apaas.Workspaces;

/// <summary>
/// Writes a filter as the platform takes it. Values that are more than a word stand in double quotes, where nothing in them means
/// anything. The platform's <c>filter</c> is PostgREST's query, so the few characters that part a query are escaped for it; the
/// whole is escaped once more when it becomes a parameter of the URL.
/// </summary>
internal static class FilterWriter
{
    /// <summary>Beyond this it would not fit a URL that everything on the way takes.</summary>
    public const int MostChars = 8000;

    /// <summary>At the top PostgREST has other uses for these; inside <c>and=(…)</c> they are columns like any other.</summary>
    private static readonly string[] NotAtTheTop = ["select", "order", "limit", "offset", "columns", "on_conflict"];

    /// <exception cref="FilterException">Too long.</exception>
    public static string Write(RecordFilter filter)
    {
        var text = new StringBuilder();
        if (filter is RecordFilter.Compare one && StandsByItself(one))
        {
            text.Append(one.Column).Append('=').Append(one.Op).Append('.');
            AppendValues(text, one);
        }
        else
        {
            AppendList(text, filter is RecordFilter.Any ? "or=" : "and=", filter switch
            {
                RecordFilter.All all => all.Of,
                RecordFilter.Any any => any.Of,
                _ => [filter],
            });
        }

        return text.Length <= MostChars ? text.ToString() : throw new FilterException($"filter is longer than {MostChars} characters as the platform takes it. Ask in several steps.");
    }

    // At the top a single value is taken as it is, with its quotes.
    private static bool StandsByItself(RecordFilter.Compare one) =>
        !NotAtTheTop.Contains(one.Column) && (one.Op == FilterOps.In || IsWord(one.Values[0]));

    private static void AppendList(StringBuilder text, string word, IReadOnlyList<RecordFilter> items)
    {
        text.Append(word).Append('(');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            AppendItem(text, items[i]);
        }

        text.Append(')');
    }

    private static void AppendItem(StringBuilder text, RecordFilter item)
    {
        switch (item)
        {
            case RecordFilter.All all:
                AppendList(text, "and", all.Of);
                break;
            case RecordFilter.Any any:
                AppendList(text, "or", any.Of);
                break;
            case RecordFilter.Compare one:
                text.Append(one.Column).Append('.').Append(one.Op).Append('.');
                AppendValues(text, one);
                break;
        }
    }

    private static void AppendValues(StringBuilder text, RecordFilter.Compare one)
    {
        if (one.Op != FilterOps.In)
        {
            AppendValue(text, one.Values[0]);
            return;
        }

        text.Append('(');
        for (var i = 0; i < one.Values.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            AppendValue(text, one.Values[i]);
        }

        text.Append(')');
    }

    private static void AppendValue(StringBuilder text, string value)
    {
        if (IsWord(value))
        {
            text.Append(value);
            return;
        }

        text.Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\')
            {
                text.Append('\\').Append(c);
            }
            else if (c is '%' or '&' or '+' or '#' or ';' || char.IsControl(c) && c < '\u0080')
            {
                text.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                text.Append(c);
            }
        }

        text.Append('"');
    }

    /// <summary>Letters, digits, <c>_</c> and <c>-</c> mean nothing anywhere; a number's point neither, in its place.</summary>
    private static bool IsWord(string value) => value.Length > 0 && value.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.') && value[^1] != '.' && value[0] != '.';
}
