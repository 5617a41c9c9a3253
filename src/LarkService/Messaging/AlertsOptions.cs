using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;

namespace LarkService.Messaging;

/// <summary>Who is told of trouble (<c>Alerts</c>).</summary>
internal sealed record AlertsOptions : ICheckedOptions
{
    private const string ChatPrefix = "oc_";

    public static string Section => "Alerts";

    /// <summary>The chat (<c>oc_…</c>) the default app's bot tells; the bot must be in it. Null: only the log tells.</summary>
    public string? AdminChatId { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context) => string.IsNullOrEmpty(AdminChatId) || AdminChatId.StartsWith(ChatPrefix, StringComparison.Ordinal)
        ? []
        : [Mend.Key("Alerts__AdminChatId", $"is '{AdminChatId}', which is no chat: a chat's id begins with {ChatPrefix}; it stands in the group's settings")];
}
