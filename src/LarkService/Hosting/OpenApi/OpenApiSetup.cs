using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace LarkService.Hosting.OpenApi;

/// <summary>What the API looks like: for programs (<c>/api/openapi.json</c>) and for people (<c>/docs</c>). Both are public and name nobody.</summary>
internal static class OpenApiSetup
{
    private const string DocumentPath = "/api/openapi.json";
    private const string PagePath = "/docs";

    /// <summary>The page is the package's own: its scripts and styles lie in it, and it talks to this service alone.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static IServiceCollection AddApiDocument(this IServiceCollection services)
    {
        services.AddOpenApi(ApiDocument.Name);
        services.AddOptions<OpenApiOptions>(ApiDocument.Name).Configure<SchemaNames>((options, names) => options.CreateSchemaReferenceId = names.Of);
        services.AddSingleton<SchemaNames>();
        services.AddSingleton<DocumentBuilder>();
        services.AddSingleton<ApiDocument>();
        return services;
    }

    public static void UseApiPage(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments(PagePath), branch =>
        {
            branch.Use((http, next) =>
            {
                http.Response.Headers.ContentSecurityPolicy = PagePolicy;
                http.Response.Headers.XContentTypeOptions = "nosniff";
                http.Response.Headers["Referrer-Policy"] = "no-referrer";
                return next(http);
            });
            branch.UseSwaggerUI(page =>
            {
                page.RoutePrefix = PagePath[1..];
                page.DocumentTitle = "LarkService API";
                page.SwaggerEndpoint(DocumentPath, "LarkService");
                page.DocExpansion(DocExpansion.List);
                page.DefaultModelsExpandDepth(0);
                page.DisplayRequestDuration();
                page.EnableDeepLinking();
            });
        });
    }

    public static void MapApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapGet(DocumentPath, ServeAsync).WithTags("About").WithoutRateLimit();

    private static async Task<FileContentHttpResult> ServeAsync(ApiDocument document, CancellationToken ct)
    {
        var (text, tag) = await document.GetAsync(ct);
        return TypedResults.Bytes(text, "application/json; charset=utf-8", entityTag: tag);
    }
}
