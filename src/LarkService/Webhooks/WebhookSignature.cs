using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LarkService.Platform;

namespace LarkService.Webhooks;

/// <summary>Signs what is posted: HMAC-SHA256 over the time and the body, so that neither can be changed and an old notice shows its age.</summary>
internal static class WebhookSignature
{
    /// <returns><c>t=seconds since 1970,v1=hex</c>.</returns>
    public static string Of(Secret secret, DateTimeOffset at, string body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var code = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret.Reveal()), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return $"t={time},v1={Convert.ToHexStringLower(code)}";
    }
}
