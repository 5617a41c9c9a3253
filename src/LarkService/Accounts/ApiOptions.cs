using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text;
using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.Accounts;

/// <summary>Who may call the REST API, and how often (<c>Api</c>).</summary>
internal sealed record ApiOptions : ICheckedOptions
{
    public const int MostRequestsPerMinute = 1_000_000;
    private const int LeastKeyLength = 16;
    private const int LeastSigningKeyBytes = 32;

    public static string Section => "Api";

    /// <summary>An API key with every permission, for first set-up and automation; null: nobody has one.</summary>
    public Secret? BootstrapKey { get; init; }

    /// <summary>Signs the tokens of those who sign in with an account; the same on every replica. Null: accounts cannot sign in.</summary>
    public Secret? JwtSigningKey { get; init; }

    /// <summary>Anybody may make an account, one that may do nothing yet. Default: false, only who may manage accounts.</summary>
    public bool AllowRegistration { get; init; }

    /// <summary>Requests an account or an API key without a quota of its own may make in any minute. Default: 6000.</summary>
    public int RequestsPerMinute { get; init; } = 6000;

    /// <summary>
    /// Requests one address may make in any 15 minutes to routes that ask for no key, and as many that bring no good key; a hundred times as many to
    /// pages for people. Default: 100.
    /// </summary>
    public int AnonymousPerQuarterHour { get; init; } = 100;

    /// <summary>Reverse proxies whose <c>X-Forwarded-For</c> is believed: addresses or networks (<c>10.0.0.0/8</c>). Default: none.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>As networks: an address is one of its own.</summary>
    public IEnumerable<IPNetwork> TrustedNetworks() => TrustedProxies.Select(Network).OfType<IPNetwork>();

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (BootstrapKey is { } key && key.Reveal().Length < LeastKeyLength)
        {
            yield return Mend.Key("Api__BootstrapKey", $"is shorter than {LeastKeyLength} characters: use a long random one, or leave it out");
        }

        if (JwtSigningKey is { } signing && Encoding.UTF8.GetByteCount(signing.Reveal()) < LeastSigningKeyBytes)
        {
            yield return Mend.Key("Api__JwtSigningKey", $"is shorter than {LeastSigningKeyBytes} bytes: make one with 'openssl rand -base64 48'");
        }

        if (AllowRegistration && JwtSigningKey is null)
        {
            yield return Mend.Key("Api__JwtSigningKey", "is missing: with Api__AllowRegistration=true people sign in, and their tokens are signed with it. Make one with 'openssl rand -base64 48'");
        }

        foreach (var fault in (IEnumerable<ValidationResult?>)
            [
                Mend.Range("Api__RequestsPerMinute", RequestsPerMinute, 1, MostRequestsPerMinute),
                Mend.Range("Api__AnonymousPerQuarterHour", AnonymousPerQuarterHour, 1, MostRequestsPerMinute),
                .. TrustedProxies.Select((proxy, i) => Network(proxy) is null
                    ? Mend.Key($"Api__TrustedProxies__{i}", $"is '{proxy}', which is no address and no network: write it like 10.0.0.5 or 10.0.0.0/8")
                    : null),
            ])
        {
            if (fault is not null)
            {
                yield return fault;
            }
        }
    }

    private static IPNetwork? Network(string proxy) =>
        IPAddress.TryParse(proxy, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(proxy, out var network) ? network
        : null;
}
