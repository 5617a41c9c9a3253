using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using LarkService.Grants.OAuth;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Flows;

/// <summary>Makes the link of a session: an authorize page with PKCE and a one-time state, or a device code's page.</summary>
internal sealed class ConsentLinks(
    OAuthClient oauth, LarkApps apps, TokenSeal seal, SlowLooks looks, IOptions<AuthorizationOptions> options, TimeProvider clock)
{
    private const int StateLength = 43;

    public Task<ConsentLink> MakeAsync(string sessionId, UserKey user, ScopeSet scopes, SessionFlow flow, CancellationToken ct) =>
        flow == SessionFlow.Redirect ? Task.FromResult(Redirect(sessionId, user, scopes)) : DeviceAsync(sessionId, user, scopes, ct);

    public Secret Page(AuthorizationSession session) =>
        seal.Open(session.SealedLink!, session.User, SealPurpose.ConsentLink(session.SessionId));

    public DeviceCode DeviceCode(AuthorizationSession session) => Flows.DeviceCode.From(Code(session), session.ExpiresAt);

    /// <summary>Redirect flow: the authorization code that came back and is being exchanged.</summary>
    public Secret Code(AuthorizationSession session) =>
        seal.Open(session.SealedDeviceCode!, session.User, SealPurpose.DeviceCode(session.SessionId));

    /// <summary>Redirect flow: kept in the place of the device code, so that another process can finish what this one began.</summary>
    public string SealCode(AuthorizationSession session, Secret code) => seal.Seal(code, session.User, SealPurpose.DeviceCode(session.SessionId));

    /// <summary>Redirect flow: somebody came back with the link, and the code is being exchanged.</summary>
    public static bool IsBeingFinished(AuthorizationSession session) => session is { Flow: SessionFlow.Redirect, StateHash: null, SealedDeviceCode: not null };

    /// <summary>The link on the card leads nowhere any more: somebody came back with it and nothing came of that, or the platform has forgotten it.</summary>
    public bool IsSpent(AuthorizationSession session) => session.Flow == SessionFlow.Redirect
        ? session is { StateHash: null, SealedDeviceCode: null }
        : session.SealedDeviceCode is not null && DeviceCode(session).EndsAt <= clock.GetUtcNow();

    public Secret Verifier(AuthorizationSession session) =>
        seal.Open(session.SealedPkceVerifier!, session.User, SealPurpose.PkceVerifier(session.SessionId));

    /// <summary>It may be a state of ours; what anybody makes up need not be asked of the database otherwise.</summary>
    public static bool IsState([NotNullWhen(true)] string? text) => text?.Length == StateLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private ConsentLink Redirect(string sessionId, UserKey user, ScopeSet scopes)
    {
        var app = apps.Get(user.AppId);
        var state = RandomIds.Create(256); // as long as StateLength
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
        var code = new DeviceCode(device.DeviceCode, clock.GetUtcNow() + device.Lifetime);
        return new ConsentLink
        {
            Page = device.Link,
            SealedPage = seal.Seal(device.Link, user, SealPurpose.ConsentLink(sessionId)),
            SealedDeviceCode = seal.Seal(code.ToText(), user, SealPurpose.DeviceCode(sessionId)),
            PollSeconds = (int)Math.Ceiling(device.Interval.TotalSeconds),
            FirstPollAt = looks.Next(user.AppId, code.EndsAt),
        };
    }
}
