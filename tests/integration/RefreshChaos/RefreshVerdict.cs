using System.Globalization;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <param name="Refreshes">New pairs that the platform handed out.</param>
/// <param name="Given">Tokens that callers were given.</param>
/// <param name="NotNow">Calls that found a service dead, or were told to try again.</param>
/// <param name="Refused">People whom the platform itself refused, because an answer was lost for good.</param>
/// <param name="Lost">People who were written off without that.</param>
/// <param name="Twice">Refresh tokens that were sent again although their answer had been kept.</param>
/// <param name="Odd">Answers no caller should see.</param>
internal sealed record RefreshVerdict(int Refreshes, long Given, long NotNow, int Refused, int Lost, int Twice, IReadOnlyCollection<string> Odd)
{
    public static RefreshVerdict Of(RefreshScene scene, TokenCallers callers)
    {
        var spends = scene.Ledger.All;
        var presented = spends.Select(s => s.Token).ToHashSet(StringComparer.Ordinal);
        var kept = spends
            .Where(s => s.Pair is { } pair && (presented.Contains(pair.Refresh!.Value) || callers.Seen.ContainsKey(pair.Access.Value)))
            .Select(s => s.Token)
            .ToHashSet(StringComparer.Ordinal);
        return new(
            spends.Count(s => s.Pair is not null),
            callers.Given,
            callers.NotNow,
            callers.Refused.Count,
            callers.Lost.Count,
            spends.Count(s => s.Refused is { Code: 20073 } && kept.Contains(s.Token)),
            callers.Odd);
    }

    public string Cells => string.Create(CultureInfo.InvariantCulture, $"{Refreshes} | {Given} | {NotNow} | {Refused} | **{Lost}** | **{Twice}**");

    public void MustBeFlawless()
    {
        Assert.Empty(Odd);
        Assert.Equal((0, 0), (Lost, Twice));
        Assert.True(Refreshes > 100, $"Only {Refreshes} refreshes: nothing was tried.");
    }
}
