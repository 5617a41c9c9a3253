namespace LarkService.UnitTests.Architecture;

/// <summary>The checked-out repository the tests run in.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["bin", "obj"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    public static string Read(params string[] parts) => File.ReadAllText(Path(parts));

    /// <summary>Hand-written files below a folder, as paths relative to it with slashes.</summary>
    public static IReadOnlyList<string> Files(string folder, params string[] patterns) =>
        [.. patterns.SelectMany(pattern => Directory.EnumerateFiles(Path(folder), pattern, SearchOption.AllDirectories))
            .Select(file => System.IO.Path.GetRelativePath(Path(folder), file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(Generated.Contains))
            .Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "LarkService.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No LarkService.sln above {AppContext.BaseDirectory}.");
    }
}
