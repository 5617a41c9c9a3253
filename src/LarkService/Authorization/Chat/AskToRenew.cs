using System.Text.Json;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Authorization.Chat;

/// <summary>
/// The platform will not renew a grant: its user is asked, by a card, for all that the grant held. Once, and not when they have agreed
/// anew meanwhile. A user who is to be left in peace is asked when that is over, however long it takes.
/// </summary>
internal sealed class AskToRenew(Consents consents, UserGrants grants) : IOutboxSubscriber
{
    /// <summary>By then it is looked again: the user may have agreed by themselves, and lost the grant once more.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public async Task HandleAsync(JsonElement payload, CancellationToken ct)
    {
        var ended = payload.Deserialize<GrantNeedsConsent>(JsonSerializerOptions.Web)!;
        var user = new UserKey(ended.AppId, ended.OpenId);
        if (await grants.FindAsync(user, ct) is not { Status: not GrantStatus.Revoked, RefreshOutcome: RefreshResult.ReauthorizationRequired } grant)
        {
            return; // renewed, or taken back
        }

        try
        {
            if (await consents.AskAsync(new ConsentAsk(user, grant.Scopes, SessionOrigin.Renewal), ct) is AskOutcome.TooOften often)
            {
                throw new NotYetException(often.RetryAfter < LongestWait ? often.RetryAfter : LongestWait);
            }
        }
        catch (PlatformException e) when (MessageErrors.CannotBeReached(e.Error.Code))
        {
            // Nobody is there, or wants to be written to; whoever calls for this user learns it from the grant's status.
        }
    }
}
