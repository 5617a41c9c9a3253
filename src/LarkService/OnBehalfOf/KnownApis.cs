using System.Collections.Concurrent;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;

namespace LarkService.OnBehalfOf;

/// <summary>
/// What is known of an API when the platform has refused a call of it: what its documentation says it needs, and whether it refused a
/// fresh token of late. The code of a refused token also says "this API takes no user token"; to renew at every such call would spend
/// refreshes on nothing. Bounded.
/// </summary>
internal sealed class KnownApis(ApiRegistry apis, TimeProvider clock)
{
    public const int Most = 1000;
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private const int SegmentsWithoutIds = 4; // open-apis, service, version, resource
    private readonly ConcurrentDictionary<(string AppId, string Api), long> _refusing = [];

    /// <returns>What a user has to agree to, as far as the documentation says so.</returns>
    public ScopeSet ScopesOf(HttpRequestMessage request) => Find(request)?.LeastUserScopes() ?? ScopeSet.Empty;

    /// <summary>The platform refused a user's token for this call, and the one that took its place, too.</summary>
    /// <param name="appId">Whose call.</param>
    /// <param name="request">The call.</param>
    /// <param name="code">Of the second refusal.</param>
    /// <param name="refused">The token of the first.</param>
    /// <param name="fresh">And of the second; where it is the same, nothing was learned of the API.</param>
    public void RefusedAgain(string appId, HttpRequestMessage request, int code, UserAccessToken refused, UserAccessToken fresh)
    {
        if (code != PlatformCodes.UserTokenInvalid || fresh.Header.Reveal() == refused.Header.Reveal())
        {
            return;
        }

        if (_refusing.Count >= Most)
        {
            _refusing.Clear();
        }

        _refusing[KeyOf(appId, request)] = clock.GetTimestamp();
    }

    /// <summary>This call went well: the API does take users' tokens.</summary>
    public void Succeeded(string appId, HttpRequestMessage request)
    {
        if (!_refusing.IsEmpty)
        {
            _refusing.TryRemove(KeyOf(appId, request), out _);
        }
    }

    /// <returns>True when another token would be refused as well.</returns>
    public bool RefusesEveryToken(string appId, HttpRequestMessage request, int code) =>
        code != PlatformCodes.UserTokenExpired // that one has a single meaning
        && _refusing.TryGetValue(KeyOf(appId, request), out var at)
        && clock.GetElapsedTime(at) < Remembered;

    private ApiEntry? Find(HttpRequestMessage request) => apis.Find(request.Method.Method, request.RequestUri!.AbsolutePath);

    private (string AppId, string Api) KeyOf(string appId, HttpRequestMessage request) =>
        (appId, Find(request)?.Label ?? $"unknown {request.Method} {Beginning(request.RequestUri!.AbsolutePath)}");

    private static string Beginning(string path)
    {
        var (end, slashes) = (0, 0);
        while (end < path.Length && (path[end] != '/' || ++slashes <= SegmentsWithoutIds))
        {
            end++;
        }

        return path[..end];
    }
}
