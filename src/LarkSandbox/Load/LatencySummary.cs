namespace LarkSandbox.Load;

/// <summary>Milliseconds, nearest rank.</summary>
internal sealed record LatencySummary(double P50, double P95, double P99, double Max)
{
    public static LatencySummary Of(IReadOnlyCollection<TimeSpan> measured)
    {
        var sorted = measured.Order().ToArray();
        return new(Rank(sorted, 0.50), Rank(sorted, 0.95), Rank(sorted, 0.99), Rank(sorted, 1));
    }

    private static double Rank(TimeSpan[] sorted, double share) =>
        sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)].TotalMilliseconds, 3);
}
