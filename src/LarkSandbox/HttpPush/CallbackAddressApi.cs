using LarkSandbox.Hosting;

namespace LarkSandbox.HttpPush;

/// <summary>The console's page for the request URL, for a service that is not started by the simulator.</summary>
internal sealed class CallbackAddressApi(SandboxOptions options, HttpPushes pushes)
{
    /// <summary>What the service must be configured with, and the address in use.</summary>
    public IResult Show() => Results.Ok(new { verificationToken = options.VerificationToken, url = pushes.Address?.Url });

    /// <summary><c>{"url", "encryptKey"?}</c>: checks the address and uses it from now on; 409 when it fails the check.</summary>
    public async Task<IResult> UseAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (!Uri.TryCreate(body.Text("url"), UriKind.Absolute, out var url) || !url.IsLoopback || url.Scheme is not ("http" or "https"))
        {
            return Results.BadRequest(new { error = "url must be an http address of this machine." });
        }

        return await pushes.UseAsync(url, body.Text("encryptKey") is { Length: > 0 } key ? key : null, ct) is { } problem
            ? Results.Conflict(new { error = problem })
            : Results.NoContent();
    }

    public IResult Leave()
    {
        pushes.Leave();
        return Results.NoContent();
    }
}
