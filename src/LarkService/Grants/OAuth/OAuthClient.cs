using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Grants.OAuth;

/// <summary>
/// The platform's OAuth endpoints: exchange, refresh, device codes, who a token belongs to, revocation. Nothing here is
/// repeated by itself: codes and refresh tokens work once, so their owners decide. Calls to the token endpoint are paced; for a
/// refresh whoever sends it waits, before it takes the grant's lease. Operators are told when an app's set-up stands in the way.
/// </summary>
internal sealed class OAuthClient(IHttpClientFactory http, TokenCallPace pace, TokenAlerts alerts)
{
    private const string TokenPath = "/open-apis/authen/v2/oauth/token";
    private static readonly TimeSpan DefaultDeviceLifetime = TimeSpan.FromSeconds(240); // what the official CLI assumes
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);        // RFC 8628 §3.2

    /// <param name="app">Whose code it is.</param>
    /// <param name="code">Works once: a call that has gone out is waited for, whoever leaves.</param>
    /// <param name="verifier">Belongs to the challenge of the page.</param>
    /// <param name="redirectUri">As on the page.</param>
    /// <param name="ct">Ends the wait for a permit.</param>
    /// <exception cref="TokenCallsBusyException">Nothing was sent: the code is as good as before.</exception>
    public async Task<TokenAnswer> ExchangeAsync(LarkApp app, Secret code, Secret verifier, string redirectUri, CancellationToken ct)
    {
        using var permit = await pace.WaitAsync(app.AppId, CallPriority.Interactive, ct);
        return await TokenAsync(app, TokenCall.Exchange, new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code.Reveal(),
            ["redirect_uri"] = redirectUri,
            ["code_verifier"] = verifier.Reveal(),
        }, CancellationToken.None);
    }

    /// <summary>Not paced in here: see <see cref="TokenCallPace"/>.</summary>
    public Task<TokenAnswer> RefreshAsync(LarkApp app, Secret refreshToken, CancellationToken ct) => TokenAsync(app, TokenCall.Refresh, new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = refreshToken.Reveal(),
    }, ct);

    /// <param name="app">Whose code it is.</param>
    /// <param name="deviceCode">Brings tokens once: a call that has gone out is waited for, whoever leaves.</param>
    /// <param name="priority">How likely it is to bring them.</param>
    /// <param name="ct">Ends the wait for a permit.</param>
    /// <exception cref="TokenCallsBusyException">Nothing was sent.</exception>
    public async Task<TokenAnswer> PollDeviceAsync(LarkApp app, Secret deviceCode, CallPriority priority, CancellationToken ct)
    {
        using var permit = await pace.WaitAsync(app.AppId, priority, ct);
        return await TokenAsync(app, TokenCall.Exchange, new()
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
            ["device_code"] = deviceCode.Reveal(),
        }, CancellationToken.None);
    }

    /// <exception cref="PlatformException">The platform refused.</exception>
    public async Task<DeviceAuthorization> AuthorizeDeviceAsync(LarkApp app, ScopeSet scopes, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.AccountsBase, "/oauth/v1/device_authorization"))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = app.AppId, ["scope"] = scopes.ToString() }),
        };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{app.AppId}:{app.AppSecret.Reveal()}")));
        var answer = (await SendAsync(request.MarkSafeToRepeat(), ct)).ThrowIfRefused().Body;
        if (Text(answer, "device_code") is not { Length: > 0 } code || (Text(answer, "verification_uri_complete") ?? Text(answer, "verification_uri")) is not { Length: > 0 } link)
        {
            // RFC 6749 errors may come with any status, and without the platform's code.
            throw new PlatformException(new PlatformError(0, Text(answer, "error") ?? "The answer holds no device code.", null, 200));
        }

        return new DeviceAuthorization(
            new Secret(code),
            new Secret(link),
            Seconds(answer, "expires_in") ?? DefaultDeviceLifetime,
            Seconds(answer, "interval") ?? DefaultInterval);
    }

    /// <exception cref="PlatformException">The platform refused.</exception>
    public async Task<UserInfo> UserInfoAsync(LarkApp app, Secret accessToken, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.OpenBase, "/open-apis/authen/v1/user_info"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken.Reveal());
        var data = (await SendAsync(request, ct)).ThrowIfRefused().Data;
        return new UserInfo(
            Text(data, "open_id") ?? "", Text(data, "union_id"), Text(data, "user_id"), Text(data, "name") ?? "", Text(data, "en_name"),
            Text(data, "avatar_url"), Text(data, "email"), Text(data, "mobile"), Text(data, "tenant_key"));
    }

    /// <summary>Tells the platform that a token is not wanted any more. Documented by the official CLI only, so its failure means little.</summary>
    public async Task RevokeAsync(LarkApp app, Secret token, string tokenTypeHint, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.AccountsBase, "/oauth/v1/revoke"))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["client_id"] = app.AppId,
                ["client_secret"] = app.AppSecret.Reveal(),
                ["token"] = token.Reveal(),
                ["token_type_hint"] = tokenTypeHint,
            }),
        };
        _ = await SendAsync(request, ct);
    }

    private async Task<TokenAnswer> TokenAsync(LarkApp app, TokenCall call, Dictionary<string, string> form, CancellationToken ct)
    {
        form["client_id"] = app.AppId;
        form["client_secret"] = app.AppSecret.Reveal();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.OpenBase, TokenPath)) { Content = JsonContent.Create(form) };
        var answer = await SendAsync(request, ct);
        var oauthError = Text(answer.Body, "error") ?? "";
        if (answer.Error is { } error)
        {
            await RefusedAsync(app, call, error);
            return new TokenAnswer.Refused(error, oauthError);
        }

        // An answer without a token is no success, whatever its status says.
        if (Text(answer.Body, "access_token") is not { Length: > 0 } token)
        {
            return new TokenAnswer.Refused(new PlatformError(0, "The answer holds no access token.", null, 200), oauthError);
        }

        alerts.Works(app.AppId, call);
        return new TokenAnswer.Issued(Read(answer.Body, token) with { LogId = answer.LogId });
    }

    private async Task RefusedAsync(LarkApp app, TokenCall call, PlatformError error)
    {
        if (error.IsRateLimit)
        {
            await pace.PauseAsync(app.AppId, error.RetryAfter);
        }

        // A poll of a device code is refused until the user has agreed, with numbers that nobody documents.
        var isConfiguration = call == TokenCall.Refresh
            ? RefreshVerdicts.For(error) == RefreshVerdict.Configuration
            : TokenErrorTable.Find(error.Code)?.Exchange == ExchangeVerdict.Configuration;
        if (isConfiguration)
        {
            alerts.Refused(app.AppId, call, error);
        }
    }

    private static TokenResponse Read(JsonElement body, string token) => new(
        new Secret(token),
        Seconds(body, "expires_in") ?? TimeSpan.Zero,
        Text(body, "refresh_token") is { Length: > 0 } refresh ? new Secret(refresh) : null,
        Seconds(body, "refresh_token_expires_in"),
        ScopeSet.Parse(Text(body, "scope")));

    private async Task<PlatformAnswer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var client = http.CreateClient(OpenApiClient.HttpClientName);
        using var response = await client.SendAsync(request, ct);
        return await PlatformAnswer.ReadAsync(response, ct);
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number, or a number in quotes: an odd answer must not cost the tokens that came with it.</summary>
    private static TimeSpan? Seconds(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && long.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
