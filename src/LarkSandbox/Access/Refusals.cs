using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Access;

/// <summary>How the platform's gateway refuses a call; nearly always HTTP 400, the code decides.</summary>
internal static class Refusals
{
    /// <summary>The simulator's own: the real platform knows this API, and all its rules were kept.</summary>
    public const int NotSimulatedCode = 501_000_001;

    private const string Invalid = "Invalid access token for authorization. Please make a request with token attached.";

    public static IResult UnknownPath() => Answer.Error(99991201, "The request path does not exist.", StatusCodes.Status404NotFound);

    public static IResult WrongMethod(IReadOnlyList<string> methods) =>
        Answer.Error(99991301, $"The request method is not supported by this path; it has {string.Join(", ", methods)}.", StatusCodes.Status405MethodNotAllowed);

    public static IResult NoToken() => Answer.Error(99991661, "Missing access token for authorization. Please make a request with token attached.");

    public static IResult NotAToken() => Answer.Error(99991671, "Invalid token: must start with t-/u-");

    /// <summary>Expired, unknown, or not for this API: one code for all of it.</summary>
    public static IResult TenantToken() => Answer.Error(99991663, Invalid);

    public static IResult UserTokenInvalid() => Answer.Error(99991668, Invalid);

    public static IResult UserTokenNotTaken() => Answer.Error(99991668, "user access token not support");

    public static IResult UserTokenExpired() => Answer.Error(99991677, "token expire");

    public static IResult AppScopeMissing(HttpContext http, string appId, IReadOnlyList<string> anyScope)
    {
        var (log, names) = (LogIds.Of(http), string.Join(", ", anyScope));
        return Answer.Body(
            new JsonObject
            {
                ["code"] = 99991672,
                ["msg"] = $"Access denied. One of the following scopes is required: [{names}]",
                ["error"] = new JsonObject
                {
                    ["message"] = "Refer to the documentation to fix the error",
                    ["log_id"] = log,
                    ["troubleshooter"] = $"https://open.feishu.cn/search?log_id={log}",
                    ["permission_violations"] = Violations(anyScope, "action_scope_required"),
                    ["helps"] = new JsonArray(new JsonObject
                    {
                        ["url"] = $"https://open.feishu.cn/app/{appId}/auth?q={string.Join(',', anyScope)}",
                        ["description"] = $"Learn more about scopes and how to add them: [{names}]",
                    }),
                },
            },
            StatusCodes.Status400BadRequest);
    }

    /// <summary>The scopes named are alternatives: one of them is enough.</summary>
    public static IResult UserScopeMissing(HttpContext http, IReadOnlyList<string> anyScope) => Answer.Body(
        new JsonObject
        {
            ["code"] = 99991679,
            ["msg"] = "Unauthorized. You do not have permission to perform the requested operation on the resource. "
                + $"Please request user re-authorization and try again. required one of these privileges: [{string.Join(", ", anyScope)}]",
            ["error"] = new JsonObject { ["log_id"] = LogIds.Of(http), ["permission_violations"] = Violations(anyScope, "action_privilege_required") },
        },
        StatusCodes.Status400BadRequest);

    public static IResult NotSimulated(ApiRule rule) =>
        Answer.Error(NotSimulatedCode, $"LarkSandbox does not simulate {rule.Name}. Token, scopes and rate were in order.", StatusCodes.Status501NotImplemented);

    private static JsonArray Violations(IEnumerable<string> scopes, string type) =>
        new([.. scopes.Select(s => new JsonObject { ["type"] = type, ["subject"] = s })]);
}
