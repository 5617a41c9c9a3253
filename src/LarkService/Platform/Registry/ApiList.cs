namespace LarkService.Platform.Registry;

/// <summary>Reads the list of APIs that is compiled into the service; its first line names the columns.</summary>
internal static class ApiList
{
    public const string Resource = "api-registry.tsv";
    private const string Nothing = "-";

    public static IEnumerable<ApiEntry> Read()
    {
        using var stream = typeof(ApiList).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return Entry(line.Split('\t'));
            }
        }
    }

    private static ApiEntry Entry(string[] columns) => new(columns[0], columns[1], Words(columns[5], ' '))
    {
        Tokens = columns[2] == Nothing ? null : columns[2] == "none" ? [] : Words(columns[2], ','),
        Rate = columns[3] == Nothing ? null : columns[3],
        IsHistoric = columns[4] != Nothing,
        UserScopes = columns.Length > 6 ? Words(columns[6], ' ') : [],
    };

    // Scopes come again and again: each is kept once.
    private static string[] Words(string text, char separator) =>
        text == Nothing ? [] : [.. text.Split(separator).Select(string.Intern)];
}
