using LarkService.Platform;

namespace LarkService.Grants.OAuth;

/// <summary>A device code and the link that confirms it (RFC 8628 §3.2).</summary>
/// <param name="DeviceCode">What we poll with.</param>
/// <param name="Link">Page for the user, with the user code in it; opaque.</param>
/// <param name="Lifetime">How long both live.</param>
/// <param name="Interval">Least pause between polls.</param>
internal sealed record DeviceAuthorization(Secret DeviceCode, Secret Link, TimeSpan Lifetime, TimeSpan Interval);
