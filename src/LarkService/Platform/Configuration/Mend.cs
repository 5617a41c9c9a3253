using System.ComponentModel.DataAnnotations;
using System.Net;

namespace LarkService.Platform.Configuration;

/// <summary>Words for a wrong configuration value: which key, what is wrong, how to mend it. Never the value of a secret.</summary>
internal static class Mend
{
    public static ValidationResult Key(string key, string whatAndHow) => new($"{key} {whatAndHow}.", [key]);

    /// <summary>An absolute URL without query; plain http only on this machine. Null when fine.</summary>
    public static ValidationResult? Url(string key, string value)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            return Key(key, $"is '{value}', which is no URL: write it like https://host.example");
        }

        if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            return Key(key, "must not hold a user, a query or a fragment: write scheme, host and path only");
        }

        return url.Scheme == Uri.UriSchemeHttp && !IsLoopback(url)
            ? Key(key, $"is '{value}': plain http is accepted for loopback hosts only, write https")
            : null;
    }

    /// <summary>A URL that paths are put behind: it has none of its own.</summary>
    public static ValidationResult? BaseUrl(string key, string value) => Url(key, value)
        ?? (new Uri(value).AbsolutePath == "/" ? null : Key(key, $"is '{value}', which holds a path: write scheme, host and port only"));

    public static ValidationResult? Range(string key, TimeSpan value, TimeSpan least, TimeSpan most) => value >= least && value <= most
        ? null
        : Key(key, $"is {value}: it must be between {least} and {most} (hh:mm:ss)");

    public static ValidationResult? Range(string key, long value, long least, long most) => value >= least && value <= most
        ? null
        : Key(key, $"is {value}: it must be between {least} and {most}");

    private static bool IsLoopback(Uri url) =>
        url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address));
}
