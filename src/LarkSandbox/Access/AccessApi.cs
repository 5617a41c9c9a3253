using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.OAuth;

namespace LarkSandbox.Access;

/// <summary><c>/sandbox/api</c>: who called what, the app's own scopes, and tokens without a consent page, for tests outside this process.</summary>
internal sealed class AccessApi(CallCounts counts, AppScopes scopes, TenantDirectory directory, TokenVault vault)
{
    public IResult Calls() => Results.Json(new { items = counts.All }, Json.Options);

    public IResult Scopes() => Results.Json(new { items = scopes.All.Order(StringComparer.Ordinal) }, Json.Options);

    /// <summary>An administrator enables a scope for the app, or takes it away.</summary>
    public async Task<IResult> SetScopeAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["scope", "enabled"], ct);
        var (scope, enabled) = (input.Text("scope") ?? "", input.Flag("enabled") ?? false);
        input.Demand(scope.Length > 0, "scope is required.");
        return FaultAnswer.Do(input, () => Set(scope, enabled), $"{scope} is {(enabled ? "enabled" : "not enabled")} for the app.");
    }

    /// <summary>An access token, as if the person had agreed to these scopes.</summary>
    public async Task<IResult> GrantAsync(HttpContext http, CancellationToken ct)
    {
        var input = await FaultInput.ReadAsync(http.Request, ["openId", "scopes"], ct);
        var scopes = input.Node("scopes") is JsonArray named ? named.OfType<JsonValue>().Select(s => s.ToString()).ToList() : [];
        input.Demand(scopes.Count > 0, "scopes is a list of at least one.");
        if (directory.Find(input.Text("openId")) is not { } user)
        {
            return Results.NotFound();
        }

        return input.Error is { } error ? FaultAnswer.Bad(error) : Results.Json(new { accessToken = Issue(user, scopes) }, Json.Options);
    }

    private string Issue(DemoUser user, IEnumerable<string> named)
    {
        var consent = vault.Agree(user.OpenId, named);
        return vault.Issue(user.OpenId, consent.Scopes, consent.AuthorizedAt, withRefresh: false).Access.Value;
    }

    private void Set(string scope, bool enabled)
    {
        if (enabled)
        {
            scopes.Enable(scope);
        }
        else
        {
            scopes.Disable(scope);
        }
    }
}
