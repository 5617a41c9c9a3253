using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Text;
using LarkService.Platform.Configuration;

namespace LarkService.Webhooks;

/// <summary>The configured webhooks (<c>Webhooks__0__…</c>), and what is wrong with them.</summary>
internal sealed class WebhookTargets(IConfiguration configuration)
{
    private const int MostTargets = 10;
    private const int LeastSecretBytes = 32;
    private const int LongestUrl = 400;

    public IReadOnlyList<WebhookTarget> All { get; } = [.. Entries(configuration).Select(e => Target(e.Options))];

    public IEnumerable<WebhookTarget> Wanting(string type) => All.Where(t => t.Events.Contains(type));

    public bool NobodyWants(params IEnumerable<string> types) => !types.Any(type => Wanting(type).Any());

    public static IReadOnlyList<ValidationResult> Faults(IConfiguration configuration)
    {
        var entries = Entries(configuration);
        List<ValidationResult> faults = [.. entries.SelectMany(e => Faults(e.Key, e.Options))];
        if (entries.Count > MostTargets)
        {
            faults.Add(Mend.Key(WebhookOptions.Section, string.Create(CultureInfo.InvariantCulture, $"has {entries.Count} entries: at most {MostTargets} are told")));
        }

        foreach (var twice in entries.GroupBy(e => Uri.TryCreate(e.Options.Url, UriKind.Absolute, out var url) ? url.AbsoluteUri : e.Key, StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            faults.Add(Mend.Key($"{twice.Last().Key}Url", "is the URL of another entry, too: keep one entry for each URL"));
        }

        return faults;
    }

    private static IEnumerable<ValidationResult> Faults(string key, WebhookOptions entry)
    {
        if (FaultInUrl($"{key}Url", entry.Url) is { } url)
        {
            yield return url;
        }

        if (entry.Secret is null || entry.Secret.IsEmpty)
        {
            yield return Mend.Key($"{key}Secret", "is missing: notices are signed with it. Make one with: openssl rand -hex 32");
        }
        else if (Encoding.UTF8.GetByteCount(entry.Secret.Reveal()) < LeastSecretBytes)
        {
            yield return Mend.Key($"{key}Secret", $"is shorter than {LeastSecretBytes} bytes. Make one with: openssl rand -hex 32");
        }

        if (entry.Events?.FirstOrDefault(e => !WebhookEvents.All.Contains(e)) is { } odd)
        {
            yield return Mend.Key($"{key}Events", $"holds '{odd}', which is no event: each is one of {string.Join(", ", WebhookEvents.All)}");
        }
    }

    private static ValidationResult? FaultInUrl(string key, string? url)
    {
        if (string.IsNullOrWhiteSpace(url))
        {
            return Mend.Key(key, "is missing: write where notices are posted to, like https://host.example/lark, or leave the entry out");
        }

        if (Mend.Url(key, url) is { } fault)
        {
            return fault;
        }

        if (new Uri(url).AbsoluteUri.Length > LongestUrl)
        {
            return Mend.Key(key, $"has more than {LongestUrl} characters");
        }

        // There a cloud tells its machines their secrets; nobody who wants notices lives there.
        return IPAddress.TryParse(new Uri(url).Host.Trim('[', ']'), out var address) && IsLinkLocal(address)
            ? Mend.Key(key, "is a link-local address: write the host of the system that wants the notices")
            : null;
    }

    private static bool IsLinkLocal(IPAddress address) =>
        address.IsIPv6LinkLocal || (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes() is [169, 254, _, _];

    private static List<(string Key, WebhookOptions Options)> Entries(IConfiguration configuration) =>
        [.. configuration.GetSection(WebhookOptions.Section).GetChildren().Select(c => ($"{WebhookOptions.Section}__{c.Key}__", c.Get<WebhookOptions>() ?? new WebhookOptions()))];

    private static WebhookTarget Target(WebhookOptions options) =>
        new(new Uri(options.Url!), options.Secret!, (options.Events is { Count: > 0 } some ? some : WebhookEvents.All).ToHashSet(StringComparer.Ordinal));
}
