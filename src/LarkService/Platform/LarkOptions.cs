using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using LarkService.Platform.Configuration;

namespace LarkService.Platform;

/// <summary>The apps this service acts for (<c>Lark</c>).</summary>
internal sealed record LarkOptions : ICheckedOptions
{
    public static string Section => "Lark";

    /// <summary>At least one; the first is the default app.</summary>
    public IReadOnlyList<LarkAppOptions> Apps { get; init; } = [];

    /// <summary>Replaces the brand's host of the open APIs for every app (a sandbox, a gateway).</summary>
    public string? OpenBaseUrl { get; init; }

    /// <summary>Replaces the brand's host of the account pages for every app.</summary>
    public string? AccountsBaseUrl { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (Apps.Count == 0)
        {
            yield return Mend.Key("Lark__Apps__0__AppId", "is missing: set it and Lark__Apps__0__AppSecret to the App ID and App Secret of the developer console");
        }

        for (var i = 0; i < Apps.Count; i++)
        {
            foreach (var fault in Apps[i].Check($"Lark__Apps__{i}__"))
            {
                yield return fault;
            }
        }

        foreach (var twice in Apps.Where(a => a.AppId is not null).GroupBy(a => a.AppId).Where(g => g.Count() > 1))
        {
            yield return Mend.Key("Lark__Apps", $"names app {twice.Key} more than once: keep one entry for each app");
        }

        foreach (var (key, url) in new[] { ("Lark__OpenBaseUrl", OpenBaseUrl), ("Lark__AccountsBaseUrl", AccountsBaseUrl) })
        {
            if (url is not null && Mend.BaseUrl(key, url) is { } fault)
            {
                yield return fault;
            }
        }
    }
}

/// <summary>One entry of <c>Lark__Apps</c>.</summary>
internal sealed partial record LarkAppOptions
{
    private const int MaxPushSecret = 256;

    public string? AppId { get; init; }

    public Secret? AppSecret { get; init; }

    /// <summary>Default: <see cref="Brand.Feishu"/>.</summary>
    public Brand Brand { get; init; }

    /// <summary>Scopes always asked for; null or empty: <c>offline_access</c> and <c>auth:user.id:read</c>. At most 50.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    public string? AilyAppId { get; init; }

    /// <summary>Of the console's "Events &amp; callbacks"; enables the HTTP callback receiver, which then wants signed and encrypted pushes.</summary>
    public Secret? EncryptKey { get; init; }

    /// <summary>Of the same page; enables the HTTP callback receiver, which then wants it in every push.</summary>
    public Secret? VerificationToken { get; init; }

    /// <summary>Pushes that name another company are refused. Null: the first push after a start tells which it is.</summary>
    public string? TenantKey { get; init; }

    public LarkApp Resolve(LarkOptions all) => new()
    {
        AppId = AppId!,
        AppSecret = AppSecret!,
        Brand = Brand,
        OpenBase = all.OpenBaseUrl is { } open ? new Uri(open) : Brand.Open(),
        AccountsBase = all.AccountsBaseUrl is { } accounts ? new Uri(accounts) : Brand.Accounts(),
        Scopes = Scopes is { Count: > 0 } ? ScopeSet.Of(Scopes) : ScopeSet.Of(ScopeSet.OfflineAccess, "auth:user.id:read"),
        AilyAppId = string.IsNullOrWhiteSpace(AilyAppId) ? null : AilyAppId,
        EncryptKey = EncryptKey,
        VerificationToken = VerificationToken,
        TenantKey = string.IsNullOrWhiteSpace(TenantKey) ? null : TenantKey,
    };

    public IEnumerable<ValidationResult> Check(string prefix)
    {
        if (!AppIdShape().IsMatch(AppId ?? ""))
        {
            yield return Mend.Key(prefix + "AppId", string.IsNullOrEmpty(AppId)
                ? "is missing: set it to the App ID of the developer console (cli_…)"
                : $"is '{AppId}', which is no App ID: it starts with cli_, followed by letters and digits");
        }

        if (AppSecret is null || AppSecret.IsEmpty)
        {
            yield return Mend.Key(prefix + "AppSecret", "is missing: set it to the App Secret of the developer console");
        }

        if (Scopes is { Count: > 50 })
        {
            yield return Mend.Key(prefix + "Scopes", $"has {Scopes.Count} entries: the platform takes at most 50 in one request");
        }

        if (Scopes?.FirstOrDefault(s => !ScopeShape().IsMatch(s)) is { } odd)
        {
            yield return Mend.Key(prefix + "Scopes", $"holds '{odd}', which is no scope: write one scope in each numbered entry, without blanks");
        }

        if (!string.IsNullOrWhiteSpace(AilyAppId) && !AilyAppIdShape().IsMatch(AilyAppId))
        {
            yield return Mend.Key(prefix + "AilyAppId", $"is '{AilyAppId}', which is no Aily app: it looks like spring_…__c");
        }

        foreach (var (key, secret) in new[] { ("EncryptKey", EncryptKey), ("VerificationToken", VerificationToken) })
        {
            if (secret is not null && PushSecretFault(secret.Reveal()) is { } wrong)
            {
                yield return Mend.Key(prefix + key, wrong);
            }
        }

        if (!string.IsNullOrWhiteSpace(TenantKey) && !TenantKeyShape().IsMatch(TenantKey))
        {
            yield return Mend.Key(prefix + "TenantKey", $"is '{TenantKey}', which is no tenant key: it has up to 64 letters and digits");
        }
    }

    // An empty one must not quietly switch off what it was to protect.
    private static string? PushSecretFault(string value) => value switch
    {
        "" => "is empty: set it to the value on the console's page Events & callbacks, or leave the key out",
        { Length: > MaxPushSecret } => $"has more than {MaxPushSecret} characters: copy the value from the console's page Events & callbacks",
        _ when value.Trim() != value => "begins or ends with a blank: copy the value from the console's page Events & callbacks again",
        _ => null,
    };

    [GeneratedRegex("^cli_[0-9a-zA-Z]{1,60}$")]
    private static partial Regex AppIdShape();

    [GeneratedRegex(@"^[A-Za-z0-9_.:\-]{1,100}$")]
    private static partial Regex ScopeShape();

    [GeneratedRegex("^spring_[0-9a-zA-Z_]+__c$")]
    private static partial Regex AilyAppIdShape();

    [GeneratedRegex("^[0-9A-Za-z_-]{1,64}$")]
    private static partial Regex TenantKeyShape();
}
