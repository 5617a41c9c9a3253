using LarkService.Messaging;

namespace LarkService.Authorization.Pages;

/// <summary>In which language the page speaks: the session's, else what the browser likes best of those we have, else English.</summary>
internal static class PageLanguage
{
    /// <returns>One of <see cref="Languages"/>.</returns>
    public static string Of(string? locale, HttpRequest request) =>
        locale is not null && Languages.All.Contains(locale) ? locale : Accepted(request) ?? Languages.English;

    /// <summary>As HTML names it.</summary>
    public static string Tag(string language) => language switch
    {
        Languages.Chinese => "zh-CN",
        Languages.Japanese => "ja",
        _ => "en",
    };

    // Sorting is stable: of two that are liked alike the first counts. What cannot be read is left out.
    private static string? Accepted(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(l => l.Quality is not 0)
        .OrderByDescending(l => l.Quality ?? 1)
        .Select(l => Known(l.Value.ToString()))
        .FirstOrDefault(l => l is not null);

    private static string? Known(string tag) => tag.Split('-')[0].ToLowerInvariant() switch
    {
        "zh" => Languages.Chinese,
        "en" => Languages.English,
        "ja" => Languages.Japanese,
        _ => null,
    };
}
