namespace LarkService.Apaas.Ai.Rest;

/// <summary>One reader of an answer that grows: says what is new to them.</summary>
internal sealed class AnswerGrowth(string turnId, StreamPosition? from = null)
{
    private StreamPosition? _from = from;
    private string _read = "";

    /// <summary>Where the reader is.</summary>
    public StreamPosition Position => _from ?? StreamPosition.Of(turnId, _read);

    /// <param name="text">All there is by now.</param>
    /// <returns>Null when there is nothing new.</returns>
    public Growth? Next(string text)
    {
        // Of somebody who comes back the words are not known, only how many they were.
        var read = _from is { } known ? known.ReadOf(text) : text.StartsWith(_read, StringComparison.Ordinal) ? _read : null;
        if (read?.Length == text.Length)
        {
            return null;
        }

        if (text.Length == 0)
        {
            return null; // not written yet, or not readable just now: what was read stays
        }

        (_from, _read) = (null, text);
        return read is null ? new Growth(Rewritten: true, text) : new Growth(Rewritten: false, text[read.Length..]);
    }
}

/// <param name="Rewritten">The text does not begin with what was read: this is all of it.</param>
/// <param name="Content">What is new.</param>
internal sealed record Growth(bool Rewritten, string Content);
