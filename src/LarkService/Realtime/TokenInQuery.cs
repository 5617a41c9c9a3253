namespace LarkService.Realtime;

/// <summary>
/// Browsers cannot send a header with a WebSocket, so SignalR's clients put the token into the query. It is moved to where tokens belong
/// before anybody else looks at the request, and is in no address from then on.
/// </summary>
internal static class TokenInQuery
{
    private const string Name = "access_token";

    public static Task PassAsync(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        if (request.Path.StartsWithSegments(RealtimeSetup.Path, StringComparison.OrdinalIgnoreCase) && request.Query.TryGetValue(Name, out var token))
        {
            if (request.Headers.Authorization.Count == 0)
            {
                request.Headers.Authorization = $"Bearer {token}";
            }

            request.QueryString = QueryString.Create(request.Query.Where(q => !q.Key.Equals(Name, StringComparison.OrdinalIgnoreCase)));
        }

        return next(http);
    }
}
