using LarkService.Platform.Http;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// On routes that give power away, an account may what its row says now: a token that lives on after its account was disabled, deleted or
/// given less must not undo that.
/// </summary>
internal sealed class AccountsAsTheyAre(AccountStore accounts) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.User is Caller { AccountId: { } id } caller)
        {
            if (await accounts.FindAsync(id, http.RequestAborted) is not { DisabledAt: null } account)
            {
                return Problems.Unauthenticated("This account was disabled or deleted.");
            }

            http.User = Caller.Account(id, PermissionList.Read(account.Permissions), caller.PerMinute);
        }

        var asked = http.GetEndpoint()?.Metadata.GetOrderedMetadata<RequiredCaller>().Select(r => r.Permission).OfType<string>() ?? [];
        return PermissionList.FirstLacking(http.User, asked) is { } lacking ? Problems.PermissionDenied(lacking) : await next(context);
    }
}
