namespace LarkService.BrowserTests.Support;

/// <summary>Where the checkout is, seen from the test's binary.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The configuration the tests were built in is the one to run.</summary>
    public static string Configuration { get; } = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "LarkService.sln")) ? folder : Find(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))!);
}
