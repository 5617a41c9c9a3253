using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>Calls open APIs in a person's name; the token is put in on the way and never seen here.</summary>
internal interface IUserCalls
{
    /// <param name="user">In whose name.</param>
    /// <param name="scopes">What the call needs; checked before anything is sent.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, from <c>/open-apis/</c> on.</param>
    /// <param name="body">Sent as JSON in the platform's spelling; null for none.</param>
    /// <param name="repeatable">The platform de-duplicates this call, so a broken connection may repeat it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="prefer">The <c>Prefer</c> header, for the few APIs that take one.</param>
    /// <param name="takesLong">The platform works on it before it answers: it has 100 seconds, unless it is repeated.</param>
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="PlatformException">The platform refused for another reason.</exception>
    /// <exception cref="HttpRequestException">The platform could not be reached.</exception>
    Task<PlatformAnswer> SendAsync(UserKey user, ScopeSet scopes, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct, string? prefer = null, bool takesLong = false);
}
