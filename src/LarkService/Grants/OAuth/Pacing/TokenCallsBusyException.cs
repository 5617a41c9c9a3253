namespace LarkService.Grants.OAuth.Pacing;

/// <summary>
/// Too many wait to call the token endpoint, or the platform has asked for a pause: nothing was sent. To whoever waits it is
/// the same as a platform that cannot be reached.
/// </summary>
internal sealed class TokenCallsBusyException(string message, Exception? inner = null) : HttpRequestException(HttpRequestError.Unknown, message, inner);
