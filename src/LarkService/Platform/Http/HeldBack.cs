namespace LarkService.Platform.Http;

/// <summary>A feature of a request to a <see cref="PageForPeopleAttribute">page</see>: it is one too many. The page says so, and does nothing else.</summary>
internal sealed class HeldBack
{
    private static readonly HeldBack Mark = new();

    public static bool Is(HttpContext http) => http.Features.Get<HeldBack>() is not null;

    /// <summary>Goes on to the page.</summary>
    public static Task LetSayAsync(HttpContext http, TimeSpan wait, RequestDelegate next)
    {
        Problems.RetryAfter(wait, http);
        http.Features.Set(Mark);
        return next(http);
    }
}
