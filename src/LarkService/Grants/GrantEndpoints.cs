using LarkService.Data;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Grants;

/// <summary>Routes under <c>/api/v1/grants</c>.</summary>
internal static class GrantEndpoints
{
    public static RouteGroupBuilder MapGrants(this IEndpointRouteBuilder routes)
    {
        var grants = routes.MapGroup("/api/v1/grants").WithTags("Grants");
        grants.MapGet("/", ListAsync).RequirePermission(Permissions.GrantsRead);
        grants.MapGet("/{openId}", FindAsync).RequirePermission(Permissions.GrantsRead);
        grants.MapDelete("/{openId}", RevokeAsync).RequirePermission(Permissions.GrantsWrite);
        return grants;
    }

    private static async Task<Results<Ok<Page<GrantView>>, ProblemHttpResult>> ListAsync(
        Database database, LarkApps apps, CancellationToken ct, string? appId = null, string? status = null, string? cursor = null, int limit = Paging.DefaultLimit)
    {
        if (apps.Find(appId) is null)
        {
            return Problems.UnknownApp(appId, apps);
        }

        var wanted = status is null ? null : GrantStatusWords.Find(status);
        if (status is not null && wanted is null)
        {
            return Problems.Validation("status is one of: active, reauthorization_required, revoked.");
        }

        if (!Paging.TryRead(cursor, limit, out Guid after, out var fault))
        {
            return Problems.Validation(fault);
        }

        var rows = await database.RunAsync(db => Listed(db.Set<UserGrant>().AsNoTracking(), appId, wanted)
            .Where(g => g.Id.CompareTo(after) > 0)
            .OrderBy(g => g.Id)
            .Take(limit + 1)
            .ToListAsync(ct));
        return TypedResults.Ok(Paging.Page(rows, limit, GrantView.Of, g => Paging.Cursor(g.Id)));
    }

    // Only what was asked for stands in the statement, so that an index serves it.
    private static IQueryable<UserGrant> Listed(IQueryable<UserGrant> grants, string? appId, GrantStatus? status)
    {
        grants = string.IsNullOrEmpty(appId) ? grants : grants.Where(g => g.AppId == appId);
        return status is null ? grants : grants.Where(g => g.Status == status);
    }

    private static async Task<Results<Ok<GrantView>, ProblemHttpResult>> FindAsync(
        string openId, UserGrants grants, LarkApps apps, CancellationToken ct, string? appId = null)
    {
        if (apps.Find(appId) is not { } app)
        {
            return Problems.UnknownApp(appId, apps);
        }

        return await grants.FindAsync(new UserKey(app.AppId, openId), ct) is { } grant
            ? TypedResults.Ok(GrantView.Of(grant))
            : NoGrant();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        string openId, Revocations revocations, LarkApps apps, HttpContext http, CancellationToken ct, string? appId = null)
    {
        if (apps.Find(appId) is not { } app)
        {
            return Problems.UnknownApp(appId, apps);
        }

        return await revocations.RevokeAsync(new UserKey(app.AppId, openId), "api", chatId: null, ct, http.User.CallerId()) ? TypedResults.NoContent() : NoGrant();
    }

    public static ProblemHttpResult NoGrant() => Problems.NotFound("This user has granted this app nothing. Ask with POST /api/v1/authorizations.");
}
