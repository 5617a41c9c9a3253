using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.OAuth;

namespace LarkSandbox.Im;

/// <summary>Stands before every open API: token, rate, scopes of the app, scopes of the person; always HTTP 400, the code decides.</summary>
internal sealed class ApiGate(SandboxOptions options, TokenVault vault, TenantTokens tenantTokens, CallLimits limits, TimeProvider clock)
{
    public IResult? Refuse(HttpContext http, ApiRule rule, out Caller caller)
    {
        caller = new(null);
        if (Bearer.Of(http) is not { } value)
        {
            return Answer.Error(99991661, "Missing access token for authorization. Please make a request with token attached.");
        }

        return limits.Refuse(http, rule.Name)
            ?? (value.StartsWith("t-", StringComparison.Ordinal) ? RefuseTenant(http, rule, value)
            : value.StartsWith("eyJ", StringComparison.Ordinal) || value.StartsWith("u-", StringComparison.Ordinal) ? RefuseUser(http, rule, value, out caller)
            : Answer.Error(99991671, "Invalid token: must start with t-/u-"));
    }

    private IResult? RefuseTenant(HttpContext http, ApiRule rule, string value) =>
        tenantTokens.IsValid(value)
            ? AppScopeMissing(http, rule.AnyScope)
            : Answer.Error(99991663, "Invalid access token for authorization. Please make a request with token attached.");

    private IResult? RefuseUser(HttpContext http, ApiRule rule, string value, out Caller caller)
    {
        caller = new(null);
        var token = vault.FindAccess(value);
        if (token is null || token.Revoked)
        {
            return Answer.Error(99991668, "Invalid access token for authorization. Please make a request with token attached.");
        }

        if (!rule.TakesUserToken)
        {
            return Answer.Error(99991668, "user access token not support");
        }

        if (clock.GetUtcNow() >= token.ExpiresAt)
        {
            return Answer.Error(99991677, "token expire");
        }

        caller = new(token.OpenId);
        return rule.UserScopes is { } all ? UserScopeMissing(http, [.. all.Where(s => !token.Scopes.Contains(s))])
            : AppScopeMissing(http, rule.AnyScope) ?? (rule.AnyScope.Any(token.Scopes.Contains) ? null : UserScopeMissing(http, rule.AnyScope));
    }

    private IResult? AppScopeMissing(HttpContext http, IReadOnlyList<string> anyScope)
    {
        if (anyScope.Any(options.AppScopes.Contains))
        {
            return null;
        }

        var log = LogIds.Of(http);
        return Answer.Body(
            new JsonObject
            {
                ["code"] = 99991672,
                ["msg"] = $"Access denied. One of the following scopes is required: [{string.Join(", ", anyScope)}]",
                ["error"] = new JsonObject
                {
                    ["message"] = "Refer to the documentation to fix the error",
                    ["log_id"] = log,
                    ["troubleshooter"] = $"https://open.feishu.cn/search?log_id={log}",
                    ["permission_violations"] = Violations(anyScope, "action_scope_required"),
                    ["helps"] = new JsonArray(new JsonObject
                    {
                        ["url"] = $"https://open.feishu.cn/app/{options.AppId}/auth?q={string.Join(',', anyScope)}",
                        ["description"] = $"Learn more about scopes and how to add them: [{string.Join(", ", anyScope)}]",
                    }),
                },
            },
            StatusCodes.Status400BadRequest);
    }

    private static IResult? UserScopeMissing(HttpContext http, IReadOnlyList<string> scopes) => scopes.Count == 0 ? null : Answer.Body(
        new JsonObject
        {
            ["code"] = 99991679,
            ["msg"] = "Unauthorized. You do not have permission to perform the requested operation on the resource. "
                + $"Please request user re-authorization and try again. required one of these privileges: [{string.Join(", ", scopes)}]",
            ["error"] = new JsonObject { ["log_id"] = LogIds.Of(http), ["permission_violations"] = Violations(scopes, "action_privilege_required") },
        },
        StatusCodes.Status400BadRequest);

    private static JsonArray Violations(IEnumerable<string> scopes, string type) =>
        new([.. scopes.Select(s => new JsonObject { ["type"] = type, ["subject"] = s })]);
}
