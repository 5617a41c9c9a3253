namespace LarkService.Hosting;

/// <summary>
/// Reads a <c>.env</c> file: one <c>KEY=value</c> a line, <c>#</c> starts a comment line, quotes around a value are taken off,
/// <c>export </c> before a key is allowed. The real environment wins over it.
/// </summary>
internal static class DotEnv
{
    public static Dictionary<string, string?> Read(string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path))
        {
            return values;
        }

        foreach (var line in File.ReadLines(path).Select(l => l.Trim()))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('#') || equals <= 0)
            {
                continue;
            }

            var key = line[..equals].Trim();
            key = key.StartsWith("export ", StringComparison.Ordinal) ? key[7..].Trim() : key;
            values[key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] = Unquote(line[(equals + 1)..].Trim());
        }

        return values;
    }

    private static string Unquote(string value) => value switch
    {
        ['"', .. var inner, '"'] => inner,
        ['\'', .. var inner, '\''] => inner,
        _ => value,
    };
}
