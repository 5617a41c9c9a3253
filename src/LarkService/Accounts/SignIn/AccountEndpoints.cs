using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.Accounts.SignIn;

/// <summary>Routes under <c>/api/v1/accounts</c>. Accounts are made with <c>POST /api/v1/auth/register</c>.</summary>
internal static class AccountEndpoints
{
    private const string NoSuchAccount = "There is no such account. GET /api/v1/accounts lists them.";

    public static RouteGroupBuilder MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("/api/v1/accounts").WithTags("Accounts").RequirePermission(Permissions.AccountsManage);
        accounts.AddEndpointFilter<RouteGroupBuilder, AccountsAsTheyAre>();
        accounts.MapGet("/", ListAsync);
        accounts.MapGet("/{id}", FindAsync);
        accounts.MapPatch("/{id}", ChangeAsync).WithMetadata(NoIdempotencyKey.Here); // what it is told by is a hash of the body, with the password in it
        accounts.MapDelete("/{id}", DeleteAsync);
        return accounts;
    }

    private static async Task<Results<Ok<Page<AccountView>>, ProblemHttpResult>> ListAsync(
        AccountStore accounts, CancellationToken ct, string? cursor = null, int limit = Paging.DefaultLimit) => !Paging.TryRead(cursor, limit, out Guid after, out var fault)
            ? Problems.Validation(fault)
            : TypedResults.Ok(Paging.Page(await accounts.ListAsync(after, limit + 1, ct), limit, AccountView.Of, a => Paging.Cursor(a.Id)));

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> FindAsync(string id, AccountStore accounts, CancellationToken ct) =>
        await KnownAsync(id, accounts, ct) is { } account ? TypedResults.Ok(AccountView.Of(account)) : Problems.NotFound(NoSuchAccount);

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> ChangeAsync(
        string id, AccountChange change, AccountStore accounts, Passwords passwords, HttpContext http, CancellationToken ct)
    {
        if (await KnownAsync(id, accounts, ct) is not { } account)
        {
            return Problems.NotFound(NoSuchAccount);
        }

        if (change.Fault(account.Email) is { } fault)
        {
            return Problems.Validation(fault);
        }

        if (Lacking(http, [.. change.Permissions ?? [], .. PermissionList.Read(account.Permissions)]) is { } problem)
        {
            return problem;
        }

        string? hash = null;
        if (change.Password is { } password && (hash = await passwords.HashAsync(password, ct)) is null)
        {
            return Problems.RateLimited("Too many people sign in at this moment.", TimeSpan.FromSeconds(1), http);
        }

        return await accounts.ChangeAsync(account, change, hash, http.User.CallerId(), ct) && await accounts.FindAsync(account.Id, ct) is { } changed
            ? TypedResults.Ok(AccountView.Of(changed))
            : Problems.NotFound(NoSuchAccount);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, AccountStore accounts, HttpContext http, CancellationToken ct)
    {
        if (await KnownAsync(id, accounts, ct) is not { } account)
        {
            return Problems.NotFound(NoSuchAccount);
        }

        return Lacking(http, PermissionList.Read(account.Permissions)) is { } problem ? problem
            : await accounts.DeleteAsync(account, http.User.CallerId(), ct) ? TypedResults.NoContent()
            : Problems.NotFound(NoSuchAccount);
    }

    // With somebody's new password one has what they have: who may less than they do keeps their hands off.
    private static ProblemHttpResult? Lacking(HttpContext http, IEnumerable<string> permissions) => PermissionList.FirstLacking(http.User, permissions) is { } lacking
        ? Problems.NotAllowed($"Nobody gives, or changes an account that has, a permission they do not have themselves: you lack '{lacking}'.")
        : null;

    private static async Task<Account?> KnownAsync(string id, AccountStore accounts, CancellationToken ct) =>
        Guid.TryParse(id, out var known) ? await accounts.FindAsync(known, ct) : null;
}
