using LarkService.Grants;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>What stands between a call and the user's token, as exceptions: whoever answers the caller translates them, once.</summary>
internal static class UsableTokens
{
    /// <exception cref="ConsentRequiredException">The user has to agree first.</exception>
    /// <exception cref="PlatformException">An administrator must act.</exception>
    /// <exception cref="HttpRequestException">The platform does not answer.</exception>
    public static UserAccessToken Usable(this TokenOutcome outcome, UserKey user) => outcome switch
    {
        TokenOutcome.Issued issued => issued.Token,
        TokenOutcome.ConsentRequired needed => throw new ConsentRequiredException(user, new ConsentGap(needed.Reason, needed.Missing)),
        TokenOutcome.Refused refused => throw new PlatformException(refused.Error),
        _ => throw new CallNotMadeException("The user's token cannot be refreshed at the moment: the platform does not answer."),
    };
}
