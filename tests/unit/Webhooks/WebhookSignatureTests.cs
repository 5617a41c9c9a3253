using LarkService.Platform;
using LarkService.Webhooks;

namespace LarkService.UnitTests.Webhooks;

public sealed class WebhookSignatureTests
{
    /// <summary>Worked out with openssl: printf '%s' '1772355600.{"id":"ntc_1"}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef</summary>
    [Fact]
    public void It_is_the_HMAC_of_time_and_body() => Assert.Equal(
        "t=1772355600,v1=99e851c4b0f54d178fe9d88244a79d61eacc89b16cc956f387233fa187f1d60b",
        WebhookSignature.Of(new Secret("0123456789abcdef0123456789abcdef"), DateTimeOffset.FromUnixTimeSeconds(1772355600), """{"id":"ntc_1"}"""));
}
