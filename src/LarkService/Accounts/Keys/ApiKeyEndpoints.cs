using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Accounts.Keys;

/// <summary>Routes under <c>/api/v1/api-keys</c>.</summary>
internal static class ApiKeyEndpoints
{
    private const string Route = "/api/v1/api-keys";
    private const string NoSuchKey = "There is no such API key. GET /api/v1/api-keys lists them.";

    public static RouteGroupBuilder MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup(Route).WithTags("API keys").RequirePermission(Permissions.KeysManage);
        keys.AddEndpointFilter<RouteGroupBuilder, SignIn.AccountsAsTheyAre>();
        keys.MapPost("/", CreateAsync).WithMetadata(NoIdempotencyKey.Here);
        keys.MapGet("/", ListAsync);
        keys.MapGet("/{id}", FindAsync);
        keys.MapDelete("/{id}", RevokeAsync);
        return keys;
    }

    private static async Task<Results<Created<CreatedKeyView>, ProblemHttpResult>> CreateAsync(
        NewApiKey wanted, ApiKeys keys, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (wanted.Fault(clock.GetUtcNow()) is { } fault)
        {
            return Problems.Validation(fault);
        }

        if (PermissionList.FirstLacking(http.User, wanted.Permissions!) is { } lacking)
        {
            return Problems.NotAllowed($"Nobody gives a permission they do not have themselves: you lack '{lacking}'.");
        }

        var (stored, key) = await keys.CreateAsync(wanted, http.User.CallerId(), ct);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{Route}/{stored.Id}", new CreatedKeyView(stored.Id, key, ApiKeyText.Mark + stored.Prefix));
    }

    private static async Task<Results<Ok<Page<ApiKeyView>>, ProblemHttpResult>> ListAsync(
        ApiKeys keys, CancellationToken ct, string? cursor = null, int limit = Paging.DefaultLimit) => !Paging.TryRead(cursor, limit, out Guid after, out var fault)
            ? Problems.Validation(fault)
            : TypedResults.Ok(Paging.Page(await keys.ListAsync(after, limit + 1, ct), limit, ApiKeyView.Of, k => Paging.Cursor(k.Id)));

    private static async Task<Results<Ok<ApiKeyView>, ProblemHttpResult>> FindAsync(string id, ApiKeys keys, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await keys.FindAsync(known, ct) is { } key ? TypedResults.Ok(ApiKeyView.Of(key)) : Problems.NotFound(NoSuchKey);

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string id, ApiKeys keys, HttpContext http, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var known) || await keys.FindAsync(known, ct) is not { } key)
        {
            return Problems.NotFound(NoSuchKey);
        }

        // Who may do less would stop a system that may do more.
        if (PermissionList.FirstLacking(http.User, PermissionList.Read(key.Permissions)) is { } lacking)
        {
            return Problems.NotAllowed($"Nobody revokes a key that has a permission they do not have themselves: you lack '{lacking}'.");
        }

        return await keys.RevokeAsync(known, http.User.CallerId(), ct) ? TypedResults.NoContent() : Problems.NotFound(NoSuchKey);
    }
}
