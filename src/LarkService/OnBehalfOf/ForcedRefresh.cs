using LarkService.Grants;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.OnBehalfOf;

/// <summary>Refreshes a grant because a caller wants it, however long its token lives.</summary>
internal sealed class ForcedRefresh(UserGrants grants, TokenRefresher refresher)
{
    /// <returns>The grant with its new tokens; null when there is none.</returns>
    /// <exception cref="ConsentRequiredException">It cannot be renewed without the user.</exception>
    /// <exception cref="PlatformException">An administrator must act.</exception>
    /// <exception cref="HttpRequestException">The platform does not answer.</exception>
    public async Task<UserGrant?> RunAsync(UserKey user, CancellationToken ct)
    {
        if (await grants.FindAsync(user, ct) is not { } before)
        {
            return null;
        }

        if (before is not { Status: GrantStatus.Active, SealedRefreshToken: not null })
        {
            throw NeedsTheUser(before); // nothing to refresh with
        }

        var after = await refresher.RefreshAsync(user, before.Version, CallPriority.Interactive, ct) switch
        {
            RefreshOutcome.Refused refused => throw new PlatformException(refused.Error),
            RefreshOutcome.Unavailable => throw new HttpRequestException("The grant cannot be refreshed at the moment: the platform does not answer."),
            _ => await grants.FindAsync(user, ct),
        };
        return after is null || IsRenewed(before, after) ? after : throw NeedsTheUser(after);
    }

    // The platform may give no further refresh token; and one it refuses is dropped, while the access token lives on.
    private static bool IsRenewed(UserGrant before, UserGrant after) =>
        after.Status == GrantStatus.Active && after.Version > before.Version && (after.SealedRefreshToken is not null || after.AccessIssuedAt != before.AccessIssuedAt);

    private static ConsentRequiredException NeedsTheUser(UserGrant grant) => new(
        grant.Key, new ConsentGap(grant.Status == GrantStatus.Revoked ? ConsentReason.Revoked : ConsentReason.Expired, grant.Scopes));
}
