using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary><c>GET /open-apis/authen/v1/user_info</c>: errors come with HTTP 200, sensitive fields need their scope.</summary>
internal sealed class UserInfoApi(TokenVault vault, TenantDirectory directory, SandboxOptions options, CallLimits limits, TimeProvider clock)
{
    public IResult Handle(HttpContext http)
    {
        if (limits.Refuse(http, "user_info") is { } limited)
        {
            return limited;
        }

        if (Bearer.Of(http) is not { } value)
        {
            return Answer.Error(20001, "The request is missing a required parameter: Authorization", StatusCodes.Status200OK);
        }

        var token = vault.FindAccess(value);
        if (token is null || token.Revoked || clock.GetUtcNow() >= token.ExpiresAt)
        {
            return Answer.Error(20005, "The user access token passed is invalid. Please check the value", StatusCodes.Status200OK);
        }

        return Answer.Data(Describe(directory.Find(token.OpenId)!, token.Scopes));
    }

    private JsonObject Describe(DemoUser user, IReadOnlySet<string> scopes)
    {
        var about = new JsonObject
        {
            ["name"] = user.Name,
            ["en_name"] = user.EnName,
            ["avatar_url"] = "",
            ["avatar_thumb"] = "",
            ["avatar_middle"] = "",
            ["avatar_big"] = "",
            ["open_id"] = user.OpenId,
            ["union_id"] = user.UnionId,
            ["tenant_key"] = options.TenantKey,
        };
        AddIf(scopes.Contains("contact:user.email:readonly"), about, "email", user.Email);
        AddIf(scopes.Contains("contact:user.employee:readonly"), about, "enterprise_email", user.Email);
        AddIf(scopes.Contains("contact:user.employee:readonly"), about, "employee_no", user.UserId);
        AddIf(scopes.Contains("contact:user.employee_id:readonly"), about, "user_id", user.UserId);
        AddIf(scopes.Contains("contact:user.phone:readonly"), about, "mobile", "+8613000000000");
        return about;
    }

    private static void AddIf(bool allowed, JsonObject about, string name, string value)
    {
        if (allowed)
        {
            about[name] = value;
        }
    }
}
