using Microsoft.AspNetCore.HttpOverrides;

namespace LarkService.Accounts.Limits;

/// <summary>Whose <c>X-Forwarded-For</c> is believed: only that of the proxies that are named, however many a request passes.</summary>
internal static class TrustedProxies
{
    public static void Apply(ForwardedHeadersOptions forwarded, ApiOptions options)
    {
        // The framework would trust this machine unasked, and an environment variable of its own makes it trust everybody.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        forwarded.ForwardLimit = null;
        forwarded.ForwardedHeaders = ForwardedHeaders.None;
        foreach (var network in options.TrustedNetworks())
        {
            forwarded.KnownIPNetworks.Add(network);
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
        }
    }
}
