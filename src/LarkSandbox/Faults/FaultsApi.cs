using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Faults;

/// <summary><c>/sandbox/api/faults</c>: trouble with tokens, calls and the platform as a whole, told in plain words.</summary>
internal sealed class FaultsApi(Troubles troubles, TenantDirectory directory)
{
    /// <summary>A code of the platform: as many digits as it has ever used.</summary>
    private const double MostCode = 99_999_999_999;

    private const double LongestOutage = 3600;

    public IResult State() => Results.Json(troubles.State(), Json.Options);

    public IResult Reset()
    {
        troubles.Reset();
        return FaultAnswer.Say("Everything is well again. Connections that had fallen silent for good were cut, so that the service opens new ones.");
    }

    public Task<IResult> ExpireTokenAsync(HttpContext http, CancellationToken ct) => ForUserAsync(http, user =>
        $"{FaultAnswer.Count(troubles.ExpireTokens(user.OpenId), "access token")} of {user.Name} expired just now. The next call has to refresh.", ct);

    public async Task<IResult> RevokeGrantAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["openId", "by", "tokens"], ct);
        var (by, tokens) = (input.Word("by", "user", "administrator", "security", "restriction", "unknown"), input.Word("tokens", "all", "access"));
        return ForUser(input, user =>
        {
            var reason = by switch
            {
                "administrator" => "Revoked by administrator action.",
                "security" => "Revoked by security and risk control action.",
                "restriction" => "Revoked by restriction action.",
                "unknown" => "Revoked by unknown action.",
                _ => "Revoked by user action.",
            };
            troubles.RevokeGrant(user.OpenId, reason, tokens == "access" ? "user_access_token" : "user_access_token refresh_token");
            return tokens == "access"
                ? $"The access token of {user.Name} is dead, and the service was told by an event. Its refresh token still works."
                : $"{user.Name} took the consent back. Every token is dead, and the service was told by an event.";
        });
    }

    public Task<IResult> LeaveAsync(HttpContext http, CancellationToken ct) => ForUserAsync(http, user =>
    {
        troubles.Leave(user.OpenId);
        return $"{user.Name} left the company. Every token is dead, nobody can write to them, and the service was told by an event.";
    }, ct);

    public async Task<IResult> FailNextAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["pathPrefix", "status", "body", "times"], ct);
        var (prefix, status, times) = (Prefix(input), input.Whole("status", 200, 599) ?? 500, Times(input));
        var answer = input.Node("body") is { } given ? Json.Write(given) : "{\"code\":20050,\"error\":\"server_error\",\"error_description\":\"An unexpected server error occurred.\"}";
        return FaultAnswer.Do(input, () => troubles.Board.FailNext(prefix, status, answer, times), $"The next {FaultAnswer.Count(times, "call")} of {prefix} will answer {status}.");
    }

    public async Task<IResult> DelayNextAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["pathPrefix", "seconds", "times"], ct);
        var (prefix, seconds, times) = (Prefix(input), input.Number("seconds", 0.001, 600), Times(input));
        input.Demand(seconds is not null || input.Error is not null, "seconds is required.");
        return FaultAnswer.Do(input, () => troubles.Board.DelayNext(prefix, TimeSpan.FromSeconds(seconds!.Value), times), $"The next {FaultAnswer.Count(times, "call")} of {prefix} will wait {seconds:0.###} s.");
    }

    public async Task<IResult> LoseAnswerAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["pathPrefix", "times"], ct);
        var (prefix, times) = (Prefix(input), Times(input));
        return FaultAnswer.Do(input, () => troubles.Board.LoseNextAnswer(prefix, times), $"The next {FaultAnswer.Count(times, "call")} of {prefix} will be carried out, but the answer gets lost.");
    }

    public async Task<IResult> RefuseEndpointAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["code", "times"], ct);
        var (code, times) = ((long?)input.Number("code", 1, MostCode), Times(input));
        return FaultAnswer.Do(input, () =>
        {
            troubles.Board.RefuseEndpoint(code, times);
            return code is null ? "The endpoint is friendly again." : FaultAnswer.Text($"The endpoint refuses the next {FaultAnswer.Count(times, "request")} with {code}.");
        });
    }

    public async Task<IResult> MaintenanceAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["seconds", "answer"], ct);
        var (seconds, answer) = (input.Number("seconds", 0.1, LongestOutage) ?? 10, input.Word("answer", "code 1", "HTTP 503"));
        return FaultAnswer.Do(input, () =>
        {
            var told = troubles.Maintain(TimeSpan.FromSeconds(seconds), http503: answer == "HTTP 503");
            return FaultAnswer.Text($"Maintenance for {seconds:0.#} s: {FaultAnswer.Count(told, "connection")} closed in order, the endpoint answers {answer}.");
        });
    }

    public async Task<IResult> RestartAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["seconds"], ct);
        var seconds = input.Number("seconds", 0.1, LongestOutage) ?? 5;
        return FaultAnswer.Do(input, () =>
        {
            var cut = troubles.Restart(TimeSpan.FromSeconds(seconds));
            return FaultAnswer.Text($"The server restarts: {FaultAnswer.Count(cut, "connection")} cut, nobody answers for {seconds:0.#} s, and its tickets are forgotten.");
        });
    }

    public async Task<IResult> LimitAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["connections"], ct);
        var most = input.Whole("connections", 0, 1000);
        return FaultAnswer.Do(input, () =>
        {
            troubles.Limit(most);
            return most is null ? "As many connections as ever." : $"The app may hold {FaultAnswer.Count(most.Value, "connection")}; those that are open stay.";
        });
    }

    private async Task<IResult> ForUserAsync(HttpContext http, Func<DemoUser, string> act, CancellationToken ct) =>
        ForUser(await FaultInput.ReadAsync(http.Request, ["openId"], ct), act);

    private IResult ForUser(FaultInput input, Func<DemoUser, string> act)
    {
        var openId = input.Text("openId");
        return input.Error is not null ? FaultAnswer.Bad(input.Error) : directory.Find(openId) is { } user ? FaultAnswer.Say(act(user)) : Results.NotFound();
    }

    private static string Prefix(FaultInput input)
    {
        var prefix = input.Text("pathPrefix") ?? "";
        input.Demand(prefix.StartsWith('/'), "pathPrefix is required and begins with /.");
        return prefix;
    }

    private static int Times(FaultInput input) => input.Whole("times", 1, 100_000) ?? 1;
}
