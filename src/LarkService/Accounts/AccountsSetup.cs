using LarkService.Platform.Configuration;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Authentication;

namespace LarkService.Accounts;

/// <summary>Registers callers: authentication by key, and one policy for each permission.</summary>
internal static class AccountsSetup
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddChecked<ApiOptions>();
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        var policies = services.AddAuthorizationBuilder();
        foreach (var permission in Permissions.All)
        {
            policies.AddPolicy(permission, policy => policy.RequireClaim(ApiKeyAuthentication.PermissionClaim, permission));
        }

        return services;
    }
}
