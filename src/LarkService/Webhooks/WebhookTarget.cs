using LarkService.Platform;

namespace LarkService.Webhooks;

/// <summary>Somebody who wants to be told.</summary>
/// <param name="Url">Where; also what tells it from the others, in the database and in lists.</param>
/// <param name="Secret">Signs what is sent.</param>
/// <param name="Events">Of what.</param>
internal sealed record WebhookTarget(Uri Url, Secret Secret, IReadOnlySet<string> Events)
{
    /// <summary>As it is stored.</summary>
    public string Address => Url.AbsoluteUri;
}
