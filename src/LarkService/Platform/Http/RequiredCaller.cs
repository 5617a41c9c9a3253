namespace LarkService.Platform.Http;

/// <summary>Marks a route for known callers only. Several marks add up.</summary>
/// <param name="permission">What they must be allowed to do; null: nothing in particular.</param>
internal sealed class RequiredCaller(string? permission)
{
    public string? Permission { get; } = permission;
}

/// <inheritdoc cref="RequiredCaller"/>
internal static class RequiredCallers
{
    /// <param name="route">The route, or a group of them.</param>
    /// <param name="permission">One of <see cref="Permissions"/>.</param>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder route, string permission)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequiredCaller(permission));

    public static TBuilder RequireCaller<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequiredCaller(permission: null));
}
