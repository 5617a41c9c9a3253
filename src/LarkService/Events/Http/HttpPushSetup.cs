using LarkService.Platform.Http;

namespace LarkService.Events.Http;

/// <summary>Registers the HTTP callback receiver.</summary>
internal static class HttpPushSetup
{
    public static IServiceCollection AddHttpPushes(this IServiceCollection services)
    {
        services.AddSingleton<SeenNonces>();
        services.AddSingleton<PushGuard>();
        services.AddSingleton<BodyReader>();
        services.AddSingleton<HttpPushMetrics>();
        services.AddSingleton<HttpPushes>();
        services.AddHostedService<HttpPushNotice>();
        services.AddHealthChecks().AddCheck<HttpPushHealth>(HttpPushHealth.Name);
        return services;
    }

    /// <summary><c>POST /callback/lark/{appId}</c>, open to everybody: each push brings its own proof.</summary>
    public static void MapHttpPushes(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/callback/lark/{appId}", (string appId, HttpContext http, HttpPushes pushes) => pushes.TakeAsync(appId, http)).WithoutRateLimit().ExcludeFromDescription();
}
