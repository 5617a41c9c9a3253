namespace LarkService.Apaas.Workspaces;

/// <summary>Comparisons that a filter may make, in PostgREST's words, and what keeps it small.</summary>
internal static class FilterOps
{
    public const string In = "in";
    public const string Is = "is";

    /// <summary>Comparisons of one filter.</summary>
    public const int MostComparisons = 50;

    /// <summary>Values of one <c>in</c>.</summary>
    public const int MostValues = 200;

    /// <summary><c>and</c> and <c>or</c> inside each other.</summary>
    public const int MostDepth = 5;

    private static readonly string[] All = ["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", In, Is];
    private static readonly string[] IsValues = ["null", "true", "false"];

    /// <summary>Words of the language of filters: a column of such a name cannot be compared.</summary>
    private static readonly string[] Words = ["and", "or", "not"];

    /// <exception cref="FilterException">No column, no comparison, or values it does not take.</exception>
    public static RecordFilter.Compare Compare(string column, string op, IReadOnlyList<string> values)
    {
        if (ApaasNames.FaultInColumn(column, "filter") is { } fault)
        {
            throw new FilterException(fault);
        }

        if (Words.Contains(column))
        {
            throw new FilterException($"filter: a column that is called '{column}' cannot be compared, for that is a word of the filter's language.");
        }

        if (!All.Contains(op))
        {
            throw new FilterException($"filter: {ApaasNames.Quoted(op)} is no comparison. There are: {string.Join(", ", All)}.");
        }

        if (op == In ? values.Count is 0 or > MostValues : values.Count != 1)
        {
            throw new FilterException(op == In ? $"filter: '{column}' in takes 1 to {MostValues} values." : $"filter: '{column}' {op} takes one value.");
        }

        return op != Is || IsValues.Contains(values[0])
            ? new(column, op, values)
            : throw new FilterException($"filter: '{column}' is takes one of: {string.Join(", ", IsValues)}.");
    }

    /// <exception cref="FilterException">Too much of it.</exception>
    public static void CheckSize(RecordFilter filter)
    {
        if (filter.Columns().Take(MostComparisons + 1).Count() > MostComparisons)
        {
            throw new FilterException($"filter has more than {MostComparisons} comparisons.");
        }
    }

    /// <exception cref="FilterException">Too deep.</exception>
    public static void CheckDepth(int depth)
    {
        if (depth > MostDepth)
        {
            throw new FilterException($"filter: and and or lie more than {MostDepth} deep in each other.");
        }
    }
}
