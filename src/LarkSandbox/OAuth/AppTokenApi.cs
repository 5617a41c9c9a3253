using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>The two internal-app token calls; their answers are flat.</summary>
internal sealed class AppTokenApi(SandboxOptions options, TenantTokens tokens, CallLimits limits)
{
    public Task<IResult> TenantAsync(HttpContext http, CancellationToken ct) => HandleAsync(http, app: false, ct);

    public Task<IResult> AppAsync(HttpContext http, CancellationToken ct) => HandleAsync(http, app: true, ct);

    private async Task<IResult> HandleAsync(HttpContext http, bool app, CancellationToken ct)
    {
        if (limits.Refuse(http, "app_token") is { } limited)
        {
            return limited;
        }

        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (body.Text("app_id") is not { } id || body.Text("app_secret") is not { } secret)
        {
            return Answer.Error(10003, "invalid param", StatusCodes.Status200OK);
        }

        if (id != options.AppId || secret != options.AppSecret)
        {
            return Answer.Error(id != options.AppId ? 10014 : 10015, "app secret invalid", StatusCodes.Status200OK);
        }

        var (token, left) = tokens.Get();
        var answer = new JsonObject { ["code"] = 0, ["msg"] = "ok", ["tenant_access_token"] = token, ["expire"] = (int)left.TotalSeconds };
        if (app)
        {
            answer["app_access_token"] = token;
        }

        return Answer.Body(answer);
    }
}
