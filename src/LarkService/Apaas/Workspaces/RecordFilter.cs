namespace LarkService.Apaas.Workspaces;

/// <summary>Which records are meant: comparisons, joined by <c>and</c> and <c>or</c>.</summary>
internal abstract record RecordFilter
{
    /// <param name="Column">Its name; a name by its shape.</param>
    /// <param name="Op">One of <see cref="FilterOps"/>.</param>
    /// <param name="Values">Several with <c>in</c>, else one.</param>
    public sealed record Compare(string Column, string Op, IReadOnlyList<string> Values) : RecordFilter;

    public sealed record All(IReadOnlyList<RecordFilter> Of) : RecordFilter;

    public sealed record Any(IReadOnlyList<RecordFilter> Of) : RecordFilter;

    /// <summary>Every column it looks at.</summary>
    public IEnumerable<string> Columns() => this switch
    {
        Compare one => [one.Column],
        All all => all.Of.SelectMany(f => f.Columns()),
        Any any => any.Of.SelectMany(f => f.Columns()),
        _ => [],
    };
}

/// <summary>A filter that is not one; the message goes to the caller.</summary>
internal sealed class FilterException(string message) : FormatException(message);
