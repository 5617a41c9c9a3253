using System.Globalization;
using LarkService.Platform;

namespace LarkService.Authorization.Flows;

/// <summary>A device code and its end, which often comes before the session's; sealed together.</summary>
internal sealed record DeviceCode(Secret Value, DateTimeOffset EndsAt)
{
    private const char Between = ' ';

    public Secret ToText() => new(string.Create(CultureInfo.InvariantCulture, $"{EndsAt.ToUnixTimeSeconds()}{Between}{Value.Reveal()}"));

    /// <param name="text">What <see cref="ToText"/> made; or a code alone, from a version that did not keep its end.</param>
    /// <param name="otherwise">The end of a code alone.</param>
    public static DeviceCode From(Secret text, DateTimeOffset otherwise)
    {
        var value = text.Reveal();
        return value.IndexOf(Between, StringComparison.Ordinal) is > 0 and var at && long.TryParse(value.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new(new Secret(value[(at + 1)..]), DateTimeOffset.FromUnixTimeSeconds(seconds))
            : new(text, otherwise);
    }
}
