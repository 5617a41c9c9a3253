using System.Collections.Concurrent;
using LarkService.Platform;

namespace LarkService.Events;

/// <summary>
/// The company each app lives in. The apps served here are custom apps, and such an app has one tenant: the configured one,
/// else the one named by the first push after a start. Pushes that reach this point were proven to be the platform's.
/// </summary>
internal sealed class Tenants(LarkApps apps)
{
    private readonly ConcurrentDictionary<string, string> _known = new(
        apps.All.Where(app => app.TenantKey is not null).Select(app => KeyValuePair.Create(app.AppId, app.TenantKey!)), StringComparer.Ordinal);

    /// <summary>A push that names no tenant is taken: there is nothing to compare.</summary>
    public bool Accepts(LarkEvent pushed) => pushed.TenantKey.Length == 0 || _known.GetOrAdd(pushed.AppId, pushed.TenantKey) == pushed.TenantKey;
}
