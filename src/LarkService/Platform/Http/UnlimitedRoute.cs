namespace LarkService.Platform.Http;

/// <summary>Marks a route that nobody is held back from calling often: probes, Prometheus, and the platform's own pushes, which bring their proof.</summary>
internal sealed class UnlimitedRoute
{
    public static UnlimitedRoute Mark { get; } = new();
}

/// <inheritdoc cref="UnlimitedRoute"/>
internal static class UnlimitedRoutes
{
    public static TBuilder WithoutRateLimit<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(UnlimitedRoute.Mark);
}
