using System.Text;

namespace LarkSandbox.Apaas.Workspaces;

/// <summary>
/// Walks through the text of a filter. Values are percent-decoded, as everything in a query is, so that <c>%26</c> is an ampersand that
/// separates nothing; one in double quotes may hold anything else, with <c>\"</c> and <c>\\</c>.
/// </summary>
internal sealed class FilterReader(string text)
{
    private int _at;

    public bool IsAtEnd => _at == text.Length;

    public bool Takes(char expected)
    {
        if (IsAtEnd || text[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>One character again.</summary>
    public void Back() => _at--;

    public void Demand(char expected)
    {
        if (!Takes(expected))
        {
            throw Wrong($"{expected} expected");
        }
    }

    public bool Takes(string expected)
    {
        if (string.CompareOrdinal(text, _at, expected, 0, expected.Length) != 0)
        {
            return false;
        }

        _at += expected.Length;
        return true;
    }

    /// <summary>Everything up to one of these, which must come.</summary>
    public string Until(params ReadOnlySpan<char> ends)
    {
        var length = text.AsSpan(_at).IndexOfAny(ends);
        if (length <= 0)
        {
            throw Wrong("a name or an operator expected");
        }

        _at += length;
        return Uri.UnescapeDataString(text.AsSpan(_at - length, length));
    }

    /// <summary>A value that ends with one of these, or with the text.</summary>
    public string Value(params ReadOnlySpan<char> ends)
    {
        if (Takes('"'))
        {
            var quoted = Quoted();
            return IsAtEnd || ends.Contains(text[_at]) ? quoted : throw Wrong("something stands behind the closing quote");
        }

        var length = text.AsSpan(_at).IndexOfAny(ends);
        var end = length < 0 ? text.Length : _at + length;
        var value = text[_at..end];
        _at = end;
        return Uri.UnescapeDataString(value);
    }

    public FormatException Wrong(string what) => new(FormattableString.Invariant($"filter: {what} at position {_at}"));

    private string Quoted()
    {
        var value = new StringBuilder();
        while (!IsAtEnd)
        {
            var next = text[_at++];
            if (next == '"')
            {
                return Uri.UnescapeDataString(value.ToString());
            }

            if (next == '\\' && !IsAtEnd)
            {
                next = text[_at++];
            }

            value.Append(next);
        }

        throw Wrong("a quote is not closed");
    }
}
