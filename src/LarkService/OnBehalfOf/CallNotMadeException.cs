namespace LarkService.OnBehalfOf;

/// <summary>The platform does not answer, and nothing was sent to it in the user's name.</summary>
internal sealed class CallNotMadeException(string message) : HttpRequestException(message);

/// <summary>The call may have been carried out: it was or may have been sent, and its answer was lost. To repeat it might do it twice.</summary>
internal sealed class OutcomeUnknownException(Exception lost) : HttpRequestException(lost.Message, lost);

/// <summary>Tells calls without an answer apart.</summary>
internal static class LostCalls
{
    /// <returns>True when nothing of the call can have reached the platform, so that making it again does no harm.</returns>
    public static bool WasNeverSent(this HttpRequestException e) =>
        e is CallNotMadeException or { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError };

    /// <returns>True when the platform answered more than we hold.</returns>
    public static bool IsTooLarge(this HttpRequestException e) => e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded;
}
