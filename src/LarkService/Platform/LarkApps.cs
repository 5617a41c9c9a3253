using Microsoft.Extensions.Options;

namespace LarkService.Platform;

/// <summary>The configured apps. The first one is meant where a request names none.</summary>
internal sealed class LarkApps
{
    private readonly Dictionary<string, LarkApp> _byId;

    public LarkApps(IOptions<LarkOptions> options)
    {
        All = [.. options.Value.Apps.Select(app => app.Resolve(options.Value))];
        _byId = All.ToDictionary(app => app.AppId, StringComparer.Ordinal);
    }

    public IReadOnlyList<LarkApp> All { get; }

    public LarkApp Default => All[0];

    public LarkApp? Find(string? appId) => string.IsNullOrEmpty(appId) ? Default : _byId.GetValueOrDefault(appId);

    /// <exception cref="InvalidOperationException">The app is not configured (any more).</exception>
    public LarkApp Get(string appId) => _byId.GetValueOrDefault(appId)
        ?? throw new InvalidOperationException($"App {appId} is not configured under Lark__Apps.");
}
