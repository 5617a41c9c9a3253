using System.Net.Http.Headers;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Puts the user's token on an outgoing call. Refused once, it refreshes once and repeats once; whatever only the user can
/// mend becomes a <see cref="ConsentRequiredException"/>. The platform's codes decide, never its HTTP status.
/// </summary>
internal sealed class UserTokenHandler(UserTokens tokens) : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<UserCall> Key = new("LarkService.UserCall");

    /// <summary>In whose name, and what the call needs.</summary>
    public static void For(HttpRequestMessage request, UserKey user, ScopeSet scopes) => request.Options.Set(Key, new UserCall(user, scopes));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(Key, out var call))
        {
            throw new InvalidOperationException("A call on somebody's behalf names nobody.");
        }

        if (request.Content is not null)
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken); // so that it can be sent twice
        }

        var token = (await tokens.GetAsync(call.User, call.Scopes, cancellationToken)).Usable(call.User);
        var (response, code) = await SendAsync(request, token, cancellationToken);
        if (PlatformCodes.IsUserTokenRefused(code))
        {
            response.Dispose();
            token = (await tokens.ReplaceAsync(call.User, token, call.Scopes, cancellationToken)).Usable(call.User);
            (response, code) = await SendAsync(request, token, cancellationToken);
        }

        if (code == PlatformCodes.UserScopeMissing)
        {
            var missing = await MissingAsync(response, call, cancellationToken);
            response.Dispose();
            throw new ConsentRequiredException(call.User, new ConsentGap(ConsentReason.ScopesMissing, missing));
        }

        return response;
    }

    private async Task<(HttpResponseMessage Response, int Code)> SendAsync(HttpRequestMessage request, UserAccessToken token, CancellationToken ct)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value.Reveal());
        var response = await base.SendAsync(request, ct);
        if (response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return (response, 0);
        }

        await response.Content.LoadIntoBufferAsync(PlatformAnswer.MaxBytes, ct);
        return (response, (await PlatformAnswer.ReadAsync(response, ct)).Error?.Code ?? 0);
    }

    /// <summary>The scopes named are alternatives: the one the call declared, else the least, which reads and does not write.</summary>
    private static async Task<ScopeSet> MissingAsync(HttpResponseMessage response, UserCall call, CancellationToken ct)
    {
        var alternatives = (await PlatformAnswer.ReadAsync(response, ct)).Error!.Scopes;
        var one = alternatives.FirstOrDefault(call.Scopes.Contains)
            ?? alternatives.FirstOrDefault(s => s.EndsWith("readonly", StringComparison.Ordinal) || s.EndsWith(":read", StringComparison.Ordinal))
            ?? (alternatives.Count > 0 ? alternatives[0] : null);
        return one is null ? call.Scopes : ScopeSet.Of(one);
    }

    private sealed record UserCall(UserKey User, ScopeSet Scopes);
}
