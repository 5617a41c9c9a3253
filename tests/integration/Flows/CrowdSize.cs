using System.Globalization;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Flows;

/// <summary>How many people there are: few in the suite, as many as <c>bench/consent.sh</c> says otherwise.</summary>
internal static class CrowdSize
{
    /// <summary>Sessions that wait.</summary>
    public static int Pending { get; } = Number("LARK_CONSENT_PENDING") ?? 120;

    /// <summary>Of them, those who finish at once.</summary>
    public static int Finishing { get; } = Number("LARK_CONSENT_PEOPLE") ?? 40;

    public static bool IsFull { get; } = Number("LARK_CONSENT_PEOPLE") is not null;

    /// <summary>The script takes one engine after the other.</summary>
    public static void SkipUnlessWanted(Engine engine)
    {
        var wanted = Environment.GetEnvironmentVariable("LARK_CONSENT_ENGINE");
        Assert.SkipUnless(string.IsNullOrEmpty(wanted) || wanted == engine.ToString(), $"Only {wanted} is wanted.");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
