using System.ComponentModel.DataAnnotations;
using LarkService.Platform;
using LarkService.Platform.Configuration;

namespace LarkService.Accounts;

/// <summary>Who may call the REST API (<c>Api</c>).</summary>
internal sealed record ApiOptions : ICheckedOptions
{
    private const int LeastKeyLength = 16;

    public static string Section => "Api";

    /// <summary>An API key with every permission, for first set-up and automation; null: nobody may call.</summary>
    public Secret? BootstrapKey { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (BootstrapKey is { } key && key.Reveal().Length < LeastKeyLength)
        {
            yield return Mend.Key("Api__BootstrapKey", $"is shorter than {LeastKeyLength} characters: use a long random one, or leave it out");
        }
    }
}
