using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary><c>POST {accounts}/oauth/v1/device_authorization</c>: Basic credentials, a form, a link to send to somebody.</summary>
internal sealed class DeviceAuthorizationApi(SandboxOptions options, DeviceFlows devices, CallLimits limits)
{
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken ct)
    {
        if (limits.Refuse(http, "device_authorization") is { } limited)
        {
            return limited;
        }

        if (!http.Request.HasFormContentType || await TokenRequest.ReadAsync(http.Request, ct) is not { } request)
        {
            return Refuse("invalid_request", "The body must be a form.", StatusCodes.Status400BadRequest);
        }

        if (request.Basic is not { } client || client.Id != options.AppId || client.Secret != options.AppSecret)
        {
            return Refuse("invalid_client", "Client authentication failed.", StatusCodes.Status401Unauthorized);
        }

        if (request["client_id"] != options.AppId)
        {
            return Refuse("invalid_request", "client_id is missing or differs from the credentials.", StatusCodes.Status400BadRequest);
        }

        var flow = devices.Start((request["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var page = $"http://{http.Request.Host}/oauth/v1/device/verify";
        return Answer.Body(new JsonObject
        {
            ["device_code"] = flow.DeviceCode,
            ["user_code"] = flow.UserCode,
            ["verification_uri"] = page,
            ["verification_uri_complete"] = $"{page}?flow_id={flow.FlowId}&user_code={flow.UserCode}",
            ["expires_in"] = (int)Math.Round(options.DeviceCodeLifetime.TotalSeconds),
            ["interval"] = Math.Max(1, (int)Math.Ceiling(options.DeviceInterval.TotalSeconds)),
        });
    }

    private static IResult Refuse(string error, string description, int status) =>
        Answer.Body(new JsonObject { ["error"] = error, ["error_description"] = description }, status);
}
