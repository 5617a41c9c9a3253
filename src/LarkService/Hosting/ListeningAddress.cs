using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;

namespace LarkService.Hosting;

/// <summary>Checks <c>ASPNETCORE_URLS</c>: the server would take an unreadable port for the default one and listen everywhere.</summary>
internal static class ListeningAddress
{
    public static IReadOnlyList<ValidationResult> Faults(IConfiguration configuration) =>
        [.. (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(url => !Reads(url))
            .Select(url => Mend.Key("ASPNETCORE_URLS", $"holds '{url}', which is no address to listen on: write it like http://127.0.0.1:8080"))];

    private static bool Reads(string url)
    {
        // The server's own wildcards stand for any host.
        var written = url.Replace("://+", "://any", StringComparison.Ordinal).Replace("://*", "://any", StringComparison.Ordinal);
        return Uri.TryCreate(written, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.PathAndQuery == "/";
    }
}
