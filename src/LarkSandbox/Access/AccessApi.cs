using LarkSandbox.Faults;
using LarkSandbox.Hosting;

namespace LarkSandbox.Access;

/// <summary><c>/sandbox/api</c>: who called what, and the app's own scopes, for tests outside this process.</summary>
internal sealed class AccessApi(CallCounts counts, AppScopes scopes)
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
