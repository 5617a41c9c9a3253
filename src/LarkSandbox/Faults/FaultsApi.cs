using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Faults;

/// <summary><c>POST /sandbox/api/faults/*</c>: trouble at the press of a button, told in plain words.</summary>
internal sealed class FaultsApi(Troubles troubles, TenantDirectory directory)
{
    public IResult DropConnections() => Say($"Cut {Count(troubles.DropConnections(), "connection")}. The service should be back within a second or two.");

    public async Task<IResult> SilenceAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        var seconds = Number(body, "seconds") ?? 30;
        if (seconds is <= 0 or > 3600)
        {
            return Bad("seconds must be between 0 and 3600.");
        }

        var silenced = troubles.Silence(TimeSpan.FromSeconds(seconds));
        return Say(string.Create(CultureInfo.InvariantCulture, $"{Count(silenced, "connection")} silent for {seconds:0.#} s: the sockets stay open, but nothing passes."));
    }

    public Task<IResult> ExpireTokenAsync(HttpContext http, CancellationToken ct) => ForUserAsync(http, user =>
        $"{Count(troubles.ExpireTokens(user.OpenId), "access token")} of {user.Name} expired just now. The next call has to refresh.", ct);

    public Task<IResult> RevokeGrantAsync(HttpContext http, CancellationToken ct) => ForUserAsync(http, user =>
    {
        troubles.RevokeGrant(user.OpenId);
        return $"{user.Name} took the consent back. Every token is dead, and the service was told by an event.";
    }, ct);

    public async Task<IResult> SplitAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        var bytes = (int?)Number(body, "bytes");
        troubles.Board.SplitAbove = bytes is > 0 ? bytes : null;
        troubles.Board.ReorderPackets = body.Flag("reorder") ?? false;
        return Say(bytes is > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Payloads above {bytes} bytes are split{(troubles.Board.ReorderPackets ? ", last packet first" : "")}.")
            : "Payloads are sent whole.");
    }

    public async Task<IResult> FailNextAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (body.Text("pathPrefix") is not { Length: > 0 } prefix)
        {
            return Bad("pathPrefix is required.");
        }

        var answer = body!["body"] is { } given ? Json.Write(given) : "{\"code\":20050,\"error\":\"server_error\",\"error_description\":\"An unexpected server error occurred.\"}";
        var (status, times) = ((int)(Number(body, "status") ?? 500), (int)(Number(body, "times") ?? 1));
        troubles.Board.FailNext(prefix, status, answer, times);
        return Say(string.Create(CultureInfo.InvariantCulture, $"The next {Count(times, "call")} of {prefix} will answer {status}."));
    }

    public async Task<IResult> DelayNextAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        var seconds = Number(body, "seconds");
        if (body.Text("pathPrefix") is not { Length: > 0 } prefix || seconds is not (> 0 and <= 600))
        {
            return Bad("pathPrefix and seconds (at most 600) are required.");
        }

        troubles.Board.DelayNext(prefix, TimeSpan.FromSeconds(seconds.Value));
        return Say(string.Create(CultureInfo.InvariantCulture, $"The next call of {prefix} will wait {seconds:0.#} s."));
    }

    public async Task<IResult> LoseAnswerAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (body.Text("pathPrefix") is not { Length: > 0 } prefix)
        {
            return Bad("pathPrefix is required.");
        }

        troubles.Board.LoseNextAnswer(prefix);
        return Say($"The next call of {prefix} is carried out, but its answer gets lost.");
    }

    public async Task<IResult> RefuseEndpointAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        var (code, times) = ((long?)Number(body, "code"), (int)(Number(body, "times") ?? 1));
        troubles.Board.RefuseEndpoint(code, times);
        return Say(code is null ? "The endpoint is friendly again." : string.Create(CultureInfo.InvariantCulture, $"The endpoint refuses the next {Count(times, "request")} with {code}."));
    }

    private async Task<IResult> ForUserAsync(HttpContext http, Func<DemoUser, string> act, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return directory.Find(body.Text("openId")) is { } user ? Say(act(user)) : Results.NotFound();
    }

    private static double? Number(JsonObject? body, string name) =>
        body?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : null;

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static IResult Say(string message) => Results.Json(new { message }, Json.Options);

    private static IResult Bad(string error) => Results.Json(new { error }, Json.Options, statusCode: StatusCodes.Status400BadRequest);
}
