namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>What is said of every route: one file for each feature. A test names the routes of which nothing is said, and what is said of none.</summary>
internal static class RouteDocs
{
    public static IReadOnlyList<RouteDoc> All { get; } =
    [
        .. AuthorizationRoutes.All, .. GrantRoutes.All, .. ProxyRoutes.All, .. WorkspaceRoutes.All, .. ApplicationRoutes.All, .. AiRoutes.All,
        .. OperatorRoutes.All, .. ApiKeyRoutes.All, .. AccountRoutes.All, .. PublicRoutes.All,
    ];

    public static RouteDoc? Find(string method, string path) => All.FirstOrDefault(r => r.Method == method && r.Path == path);
}
