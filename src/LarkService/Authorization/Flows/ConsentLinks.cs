using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LarkService.Grants.OAuth;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Flows;

/// <summary>Makes the link of a session: an authorize page with PKCE and a one-time state, or a device code's page.</summary>
internal sealed class ConsentLinks(OAuthClient oauth, LarkApps apps, TokenSeal seal, IOptions<AuthorizationOptions> options, TimeProvider clock)
{
    /// <summary>Pause between polls while nobody has clicked.</summary>
    public static readonly TimeSpan SlowPoll = TimeSpan.FromSeconds(30);

    public Task<ConsentLink> MakeAsync(string sessionId, UserKey user, ScopeSet scopes, SessionFlow flow, CancellationToken ct) =>
        flow == SessionFlow.Redirect ? Task.FromResult(Redirect(sessionId, user, scopes)) : DeviceAsync(sessionId, user, scopes, ct);

    public Secret Page(AuthorizationSession session) =>
        seal.Open(session.SealedLink!, session.User, SealPurpose.ConsentLink(session.SessionId));

    public Secret DeviceCode(AuthorizationSession session) =>
        seal.Open(session.SealedDeviceCode!, session.User, SealPurpose.DeviceCode(session.SessionId));

    public Secret Verifier(AuthorizationSession session) =>
        seal.Open(session.SealedPkceVerifier!, session.User, SealPurpose.PkceVerifier(session.SessionId));

    private ConsentLink Redirect(string sessionId, UserKey user, ScopeSet scopes)
    {
        var app = apps.Get(user.AppId);
        var state = RandomIds.Create(256);
        var verifier = RandomIds.Create(256); // 43 characters, the least RFC 7636 §4.1 allows
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var query = QueryString.Create(new Dictionary<string, string?>
        {
            ["client_id"] = app.AppId,
            ["response_type"] = "code",
            ["redirect_uri"] = options.Value.RedirectUri,
            ["scope"] = scopes.ToString(),
            ["state"] = state,
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256", // the platform's default is "plain"
            ["prompt"] = "consent",
        });
        var page = new Secret(new Uri(app.AccountsBase, "/open-apis/authen/v1/authorize" + query).AbsoluteUri);
        return new ConsentLink
        {
            Page = page,
            SealedPage = seal.Seal(page, user, SealPurpose.ConsentLink(sessionId)),
            StateHash = AuthorizationSessions.Hash(state),
            SealedVerifier = seal.Seal(new Secret(verifier), user, SealPurpose.PkceVerifier(sessionId)),
        };
    }

    private async Task<ConsentLink> DeviceAsync(string sessionId, UserKey user, ScopeSet scopes, CancellationToken ct)
    {
        var device = await oauth.AuthorizeDeviceAsync(apps.Get(user.AppId), scopes, ct);
        var now = clock.GetUtcNow();
        return new ConsentLink
        {
            Page = device.Link,
            SealedPage = seal.Seal(device.Link, user, SealPurpose.ConsentLink(sessionId)),
            SealedDeviceCode = seal.Seal(device.DeviceCode, user, SealPurpose.DeviceCode(sessionId)),
            PollSeconds = (int)Math.Ceiling(device.Interval.TotalSeconds),
            FirstPollAt = now + SlowPoll,
        };
    }
}
