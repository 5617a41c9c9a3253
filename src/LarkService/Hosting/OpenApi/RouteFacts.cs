using System.Text.RegularExpressions;
using LarkService.Platform.Http;

namespace LarkService.Hosting.OpenApi;

/// <summary>What a mapped route says of itself.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">As the document has it.</param>
/// <param name="NeedsKey">Only for known callers.</param>
/// <param name="Permission">Which one they need; null: none.</param>
/// <param name="IsLimited">Callers are held back from calling it too often.</param>
/// <param name="TakesIdempotencyKey">A request may come twice and is carried out once.</param>
internal sealed partial record RouteFacts(string Method, string Path, bool NeedsKey, string? Permission, bool IsLimited, bool TakesIdempotencyKey)
{
    private static readonly string[] KeyedMethods = [HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch];

    /// <returns>One for each method of each route.</returns>
    public static IEnumerable<RouteFacts> Of(EndpointDataSource routes) => routes.Endpoints.OfType<RouteEndpoint>().Where(IsForOthers).SelectMany(Of);

    /// <returns>The path as the document has it: parameters by their names, no slash at the end.</returns>
    public static string PathOf(string route) => "/" + Parameter().Replace(route.Trim('/'), "{$1}");

    private static IEnumerable<RouteFacts> Of(RouteEndpoint route)
    {
        var (metadata, path) = (route.Metadata, PathOf(route.RoutePattern.RawText ?? ""));
        var needed = metadata.GetMetadata<RequiredCaller>();
        var isLimited = metadata.GetMetadata<UnlimitedRoute>() is null;
        foreach (var method in metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get])
        {
            var keyed = needed is not null && KeyedMethods.Contains(method) && metadata.GetMetadata<NoIdempotencyKey>() is null;
            yield return new RouteFacts(method, path, needed is not null, needed?.Permission, isLimited, keyed);
        }
    }

    // SignalR's own handshake belongs to its hub, and to its clients.
    private static bool IsForOthers(RouteEndpoint route) => route.RoutePattern.RawText?.EndsWith("/negotiate", StringComparison.Ordinal) != true;

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
