using LarkService.Platform.Http;
using Microsoft.AspNetCore.Mvc;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary><c>/api/v1/lark/open-apis/**</c>: any API of the platform, in a user's name.</summary>
internal static class ProxyEndpoints
{
    /// <summary>Far above what the platform takes at once; it goes through without being held.</summary>
    public const long MostBody = 512 * 1024 * 1024;

    /// <summary>Those the platform has. Others get a 405.</summary>
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];

    public static void MapProxy(this IEndpointRouteBuilder routes)
    {
        OpenApiProxy? proxy = null;
        routes
            .MapMethods(ProxyPath.Prefix + "/open-apis/{**rest}", Methods, http => (proxy ??= routes.ServiceProvider.GetRequiredService<OpenApiProxy>()).AnswerAsync(http))
            .WithTags("Proxy")
            .WithMetadata(new RequestSizeLimitAttribute(MostBody), HandedOn.Mark)
            .RequirePermission(Permissions.CallsExecute);
    }
}
