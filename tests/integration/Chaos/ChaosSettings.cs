using System.Globalization;

namespace LarkService.IntegrationTests.Chaos;

/// <summary>How long the trouble lasts: short in the suite, as long as its script says otherwise.</summary>
internal static class ChaosSettings
{
    /// <summary>Set by <c>bench/kill9.sh</c>; a few in the suite.</summary>
    public static int Rounds { get; } = Number("LARK_CHAOS_ROUNDS") ?? 3;

    /// <summary>Set by <c>bench/outage.sh</c>; without it those tests do not run.</summary>
    public static int? OutageSeconds { get; } = Number("LARK_CHAOS_OUTAGE_SECONDS");

    /// <summary>Set by <c>bench/refresh.sh</c>; a minute's worth in the suite.</summary>
    public static int? Refreshes { get; } = Number("LARK_CHAOS_REFRESHES");

    /// <summary>Folder of the PostgreSQL that may be stopped.</summary>
    public static string? PostgresFolder { get; } = Environment.GetEnvironmentVariable("LARK_CHAOS_POSTGRES");

    public static bool IsFull { get; } = Number("LARK_CHAOS_ROUNDS") is not null;

    /// <summary>A line of the table in <c>docs/benchmarks.md</c>, to the file that the script reads, and to the test's output.</summary>
    public static void Report(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("LARK_CHAOS_REPORT") is { Length: > 0 } file)
        {
            File.AppendAllText(file, line + "\n");
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
