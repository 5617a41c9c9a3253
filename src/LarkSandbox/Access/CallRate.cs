using System.Globalization;

namespace LarkSandbox.Access;

/// <summary>How often an app may call an API; 0 = no such limit.</summary>
internal sealed record CallRate(int PerSecond, int PerMinute)
{
    /// <summary>What most APIs have, and what is taken where the platform does not tell: <see cref="Hosting.SandboxOptions.CallsPerSecond"/> sets it.</summary>
    public static CallRate Usual { get; } = new(50, 1000);

    /// <summary>Reads <c>1000/min,50/s</c>; <c>special</c> and nothing at all are as usual.</summary>
    public static CallRate Parse(string text)
    {
        var (second, minute) = (0, 0);
        foreach (var part in text.Split(','))
        {
            if (part.EndsWith("/s", StringComparison.Ordinal))
            {
                second = Number(part);
            }
            else if (part.EndsWith("/min", StringComparison.Ordinal))
            {
                minute = Number(part);
            }
        }

        return (second, minute) is (0, 0) or (50, 1000) ? Usual : new(second, minute);
    }

    private static int Number(string part) => int.Parse(part.AsSpan(0, part.IndexOf('/', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture);
}
