using LarkService.Platform;
using LarkService.Platform.Registry;

namespace LarkService.Authorization;

/// <summary>
/// Works out what a user has to agree to for some calls. An API names scopes of which any one will do: one that is held already is
/// taken, else the least of them (<see cref="LeastScope"/>).
/// </summary>
internal sealed class CallScopes(ApiRegistry apis)
{
    /// <param name="calls">Whole ones (<see cref="ApiCall.FaultIn"/>).</param>
    /// <param name="held">What is granted or asked for anyway.</param>
    public CallNeeds Of(IReadOnlyList<ApiCall> calls, ScopeSet held)
    {
        List<ApiEntry> found = new(calls.Count);
        foreach (var call in calls)
        {
            if (apis.Find(call.Method, call.Path) is not { } api)
            {
                return new CallNeeds.UnknownApi(call);
            }

            if (!api.TakesUserToken)
            {
                return new CallNeeds.NoUserToken(api);
            }

            found.Add(api);
        }

        return new CallNeeds.Scopes(Needed(found, held));
    }

    // Those with the least choice come first: what they need may serve the others, too.
    private static ScopeSet Needed(IEnumerable<ApiEntry> apis, ScopeSet held)
    {
        var needed = ScopeSet.Empty;
        foreach (var api in apis.OrderBy(a => a.UserScopes.Count > 0 ? 0 : a.Scopes.Count))
        {
            needed = needed.Union(ScopeSet.Of(api.UserScopes));
            if (LeastScope.Of(api.Scopes) is { } least && !api.Scopes.Any(s => held.Contains(s) || needed.Contains(s)))
            {
                needed = needed.Union(ScopeSet.Of(least));
            }
        }

        return needed.Except(held);
    }
}

/// <summary>What calls need.</summary>
internal abstract record CallNeeds
{
    /// <param name="Missing">Beyond what is held; empty when nothing is.</param>
    public sealed record Scopes(ScopeSet Missing) : CallNeeds;

    public sealed record UnknownApi(ApiCall Call) : CallNeeds;

    public sealed record NoUserToken(ApiEntry Api) : CallNeeds;
}
