using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary><c>POST /open-apis/authen/v2/oauth/token</c> for its three grants. Counts every call by grant type.</summary>
internal sealed class TokenApi(
    ClientCheck clients,
    AuthorizationCodes codes,
    DeviceFlows devices,
    TokenVault vault,
    CallLimits limits,
    ChangeSignal changes,
    TimeProvider clock)
{
    public const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    private readonly ConcurrentDictionary<string, int> _calls = new();
    private int _refused;

    /// <summary>Calls that were too many.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How often the endpoint was called with this grant type, whatever came of it.</summary>
    public int CallsBy(string grantType) => _calls.GetValueOrDefault(grantType);

    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken ct)
    {
        if (limits.Refuse(http, "token") is { } limited)
        {
            Interlocked.Increment(ref _refused);
            return limited;
        }

        var request = await TokenRequest.ReadAsync(http.Request, ct);
        if (request is null)
        {
            return OAuthError.Malformed.ToResult();
        }

        var grantType = request["grant_type"];
        _calls.AddOrUpdate(grantType ?? "", 1, static (_, count) => count + 1);
        changes.Notify();
        var (error, pair) = Exchange(request, grantType);
        return error is not null ? error.ToResult() : Success(pair!);
    }

    private (OAuthError? Error, TokenPair? Pair) Exchange(TokenRequest request, string? grantType)
    {
        if (grantType is null)
        {
            return (OAuthError.MissingParameter, null);
        }

        if (grantType is not ("authorization_code" or "refresh_token" or DeviceGrant))
        {
            return (OAuthError.GrantTypeUnsupported, null);
        }

        if (clients.Check(request) is { } refused)
        {
            return (refused, null);
        }

        return grantType switch
        {
            "authorization_code" => ByCode(request),
            "refresh_token" => ByRefreshToken(request),
            _ => ByDeviceCode(request),
        };
    }

    private (OAuthError? Error, TokenPair? Pair) ByCode(TokenRequest request)
    {
        if (request["code"] is not { } value)
        {
            return (OAuthError.MissingParameter, null);
        }

        IReadOnlySet<string> scopes = new HashSet<string>();
        var (error, code) = codes.Spend(value, request["redirect_uri"], request["code_verifier"], found =>
        {
            (var problem, scopes) = Narrow(request["scope"], found.Consent.Scopes);
            return problem;
        });
        return error is not null ? (error, null) : (null, vault.Issue(code!.OpenId, scopes, code.Consent.AuthorizedAt, code.OfflineAccess));
    }

    private (OAuthError? Error, TokenPair? Pair) ByRefreshToken(TokenRequest request) =>
        request["refresh_token"] is { } token ? vault.Spend(token, granted => Narrow(request["scope"], granted)) : (OAuthError.MissingParameter, null);

    private (OAuthError? Error, TokenPair? Pair) ByDeviceCode(TokenRequest request)
    {
        if (request["device_code"] is not { } deviceCode)
        {
            return (OAuthError.MissingParameter, null);
        }

        var (error, flow) = devices.Poll(deviceCode);
        return error is not null
            ? (error, null)
            : (null, vault.Issue(flow!.Consent!.OpenId, flow.Consent.Scopes, flow.Consent.AuthorizedAt, flow.Scopes.Contains("offline_access")));
    }

    private static (OAuthError? Error, IReadOnlySet<string> Scopes) Narrow(string? asked, IReadOnlySet<string> granted)
    {
        if (asked is null)
        {
            return (null, granted);
        }

        var scopes = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var distinct = scopes.ToHashSet(StringComparer.Ordinal);
        return distinct.Count != scopes.Length ? (OAuthError.DuplicateScopes, granted)
            : !distinct.IsSubsetOf(granted) ? (OAuthError.ScopeNotGranted, granted)
            : (null, distinct);
    }

    private IResult Success(TokenPair pair)
    {
        var now = clock.GetUtcNow();
        var body = new JsonObject
        {
            ["code"] = 0,
            ["access_token"] = pair.Access.Value,
            ["expires_in"] = Seconds(pair.Access.ExpiresAt - now),
        };
        if (pair.Refresh is { } refresh)
        {
            body["refresh_token"] = refresh.Value;
            body["refresh_token_expires_in"] = Seconds(refresh.ExpiresAt - now);
        }

        body["scope"] = string.Join(' ', pair.Access.Scopes.Order(StringComparer.Ordinal));
        body["token_type"] = "Bearer";
        return Answer.Body(body);
    }

    private static long Seconds(TimeSpan span) => (long)Math.Round(span.TotalSeconds);
}
