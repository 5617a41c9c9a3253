namespace LarkService.Authorization;

/// <summary>The words for states, flows and origins in the database and in the API: lower case.</summary>
internal static class Words
{
    public static string Word<T>(this T value)
        where T : struct, Enum => Of<T>.ByValue[value];

    public static SessionState State(string word) => Of<SessionState>.ByWord[word];

    /// <returns>Null for a word that is no state.</returns>
    public static SessionState? FindState(string word) => Of<SessionState>.ByWord.TryGetValue(word, out var state) ? state : null;

    public static SessionFlow Flow(string word) => Of<SessionFlow>.ByWord[word];

    public static SessionOrigin Origin(string word) => Of<SessionOrigin>.ByWord[word];

    private static class Of<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>().ToDictionary(v => v, v => v.ToString().ToLowerInvariant());
        public static readonly Dictionary<string, T> ByWord = ByValue.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
