using System.Text.RegularExpressions;

namespace LarkService.UnitTests.Architecture;

/// <summary>Reads one source file and tells what it may not do.</summary>
/// <param name="names">For each folder the types and inner namespaces it holds, to tell a namespace from a property of the same name.</param>
internal sealed partial class SourceRules(IReadOnlyDictionary<string, IReadOnlySet<string>> names)
{
    /// <param name="file">Path below <c>src/LarkService</c>, with slashes.</param>
    /// <param name="source">Its text.</param>
    public IEnumerable<string> Faults(string file, string source)
    {
        var from = FolderOf(file);
        var code = WithoutCommentsAndTexts(source);
        foreach (var to in FoldersNamedIn(code).Distinct().Where(to => !FolderTable.Allows(from, to)))
        {
            yield return FolderTable.Fault(file, from, to);
        }

        if (Namespace().Match(code) is { Success: true } found && found.Groups[1].Value != NamespaceOf(file))
        {
            yield return $"{file} is in namespace {found.Groups[1].Value}: its folder says {NamespaceOf(file)}";
        }

        if (GlobalUsing().IsMatch(code))
        {
            yield return $"{file} has a global using of a feature: it hides who uses whom";
        }

        if (Sandbox().IsMatch(code))
        {
            yield return $"{file} uses LarkSandbox: the service never knows its simulator";
        }
    }

    /// <summary>The first folder of a path; empty for a file beside the folders.</summary>
    public static string FolderOf(string file) => file.Contains('/', StringComparison.Ordinal) ? file[..file.IndexOf('/', StringComparison.Ordinal)] : "";

    private static string NamespaceOf(string file) => string.Join('.', ["LarkService", .. file.Split('/')[..^1]]);

    private IEnumerable<string> FoldersNamedIn(string code) => FullName().Matches(code).Select(m => m.Groups[1].Value)
        .Concat(RelativeName().Matches(code)
            .Where(m => names.TryGetValue(m.Groups[1].Value, out var inside) && inside.Contains(m.Groups[2].Value))
            .Select(m => m.Groups[1].Value));

    private static string WithoutCommentsAndTexts(string source) => Silent().Replace(source, " ");

    [GeneratedRegex("""(?s)/\*.*?\*/|//[^\n]*|"{3,}.*?"{3,}|\$?@\$?"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.[^']*|[^'\\])'""")]
    private static partial Regex Silent();

    [GeneratedRegex(@"(?<![\w.])LarkService\.(\w+)")]
    private static partial Regex FullName();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w+)\.([A-Z]\w*)")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"(?m)^\s*namespace\s+([\w.]+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"(?m)^\s*global\s+using\s+(?:static\s+)?LarkService\.")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"(?<!\w)LarkSandbox\s*[.;]")]
    private static partial Regex Sandbox();
}
