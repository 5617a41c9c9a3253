using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;

namespace LarkService.Authorization;

/// <summary>How people are asked for consent (<c>Authorization</c>).</summary>
internal sealed record AuthorizationOptions : ICheckedOptions
{
    public const string CallbackPath = "/oauth/callback";

    public static string Section => "Authorization";

    /// <summary>The longest <see cref="SessionLifetime"/>.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(24);

    /// <summary>Default: <see cref="FlowChoice.Auto"/>.</summary>
    public FlowChoice Flow { get; init; }

    /// <summary>Where the platform sends the browser back to; registered in the developer console, to the letter.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>How long a card can be answered. Default: 10 minutes; 5 s to 24 h.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>New sessions a user may be asked into within any 60 seconds. Default: 5; 1 to 1000.</summary>
    public int RequestsPerMinutePerUser { get; init; } = 5;

    /// <summary>
    /// Pause between cards that a call, a job or an expiry causes for one user; what the user or a caller asks for expressly does not wait.
    /// Default: 1 hour; 0 s to 24 h.
    /// </summary>
    public TimeSpan CardCooldown { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Shown on the card.</summary>
    public string? PrivacyPolicyUrl { get; init; }

    /// <summary>The flow after <see cref="FlowChoice.Auto"/> is decided.</summary>
    public SessionFlow EffectiveFlow => Flow switch
    {
        FlowChoice.Redirect => SessionFlow.Redirect,
        FlowChoice.Device => SessionFlow.Device,
        _ => RedirectUri is null ? SessionFlow.Device : SessionFlow.Redirect,
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (RedirectUri is not null)
        {
            if (Mend.Url("Authorization__RedirectUri", RedirectUri) is { } fault)
            {
                yield return fault;
            }
            else if (!RedirectUri.EndsWith(CallbackPath, StringComparison.Ordinal))
            {
                yield return Mend.Key("Authorization__RedirectUri", $"must end in {CallbackPath}, where this service listens");
            }
        }
        else if (Flow == FlowChoice.Redirect)
        {
            yield return Mend.Key("Authorization__RedirectUri", $"is missing: the Redirect flow needs it, for example https://host.example{CallbackPath}");
        }

        if (PrivacyPolicyUrl is not null && Mend.Url("Authorization__PrivacyPolicyUrl", PrivacyPolicyUrl) is { } odd)
        {
            yield return odd;
        }

        if (Mend.Range("Authorization__SessionLifetime", SessionLifetime, TimeSpan.FromSeconds(5), LongestLifetime) is { } life)
        {
            yield return life;
        }

        if (Mend.Range("Authorization__CardCooldown", CardCooldown, TimeSpan.Zero, TimeSpan.FromHours(24)) is { } pause)
        {
            yield return pause;
        }

        if (Mend.Range("Authorization__RequestsPerMinutePerUser", RequestsPerMinutePerUser, 1, 1000) is { } rate)
        {
            yield return rate;
        }
    }
}

/// <summary>Configured way to consent.</summary>
internal enum FlowChoice
{
    /// <summary>Redirect when a redirect URI is set, else Device.</summary>
    Auto,
    Redirect,
    Device,
}
