using System.Text.Json;
using System.Text.RegularExpressions;

namespace LarkService.Hosting;

/// <summary>Says what is wrong with a request the framework could not read, in words for its sender: the framework's own name our types.</summary>
internal static partial class BadRequestWords
{
    public const string NotJson = "The body must be JSON: send 'Content-Type: application/json'.";
    private const int LongestValue = 40;

    public static string Of(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
        {
            return $"The body is not the JSON this route takes{(json.Path is { Length: > 1 } path ? $" (at {path})" : "")}.";
        }

        if (MediaType().Match(bad.Message) is { Success: true })
        {
            return NotJson;
        }

        if (Missing().Match(bad.Message) is { Success: true, Groups: var missing })
        {
            return bad.Message.Contains(" body", StringComparison.Ordinal)
                ? "The body is missing: this route takes JSON."
                : $"{missing["name"].Value} is missing.";
        }

        if (Unreadable().Match(bad.Message) is { Success: true, Groups: var unreadable })
        {
            var value = unreadable["value"].Value;
            return $"{unreadable["name"].Value} is '{(value.Length > LongestValue ? value[..LongestValue] + "…" : value)}', which does not read as what it should be.";
        }

        return "The request could not be read: it was cut short, or breaks the rules of HTTP.";
    }

    [GeneratedRegex("supported JSON media type")]
    private static partial Regex MediaType();

    [GeneratedRegex("""^(?:Required parameter|Implicit body inferred for parameter) "(?:\S+ )?(?<name>\w+)" (?:was not provided from|but no body was provided)""")]
    private static partial Regex Missing();

    [GeneratedRegex("""^Failed to bind parameter "(?:.+ )?(?<name>\w+)" from "(?<value>.*)"\.""", RegexOptions.Singleline)]
    private static partial Regex Unreadable();
}
