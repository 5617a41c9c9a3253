using System.Globalization;
using System.Text.Json;

namespace LarkService.Apaas.Ai;

/// <summary>A message of a session.</summary>
/// <param name="Id"><c>message_…</c></param>
/// <param name="FromAssistant">Aily wrote it, not the user.</param>
/// <param name="ContentType"><c>MDX</c>, <c>TEXT</c>, <c>CLIP</c>, <c>SmartCard</c> or <c>JSON</c>.</param>
/// <param name="Content">As its type says.</param>
/// <param name="CreatedAt">Milliseconds since 1970; 0 when the platform gave none.</param>
internal sealed record AilyMessage(string Id, bool FromAssistant, string ContentType, string Content, long CreatedAt)
{
    public static AilyMessage From(JsonElement json) => new(
        json.Text("id") ?? "",
        json.TryGetProperty("sender", out var sender) && sender.Text("sender_type") == "ASSISTANT",
        json.Text("content_type") ?? "TEXT",
        json.Text("content") ?? "",
        long.TryParse(json.Text("created_at"), CultureInfo.InvariantCulture, out var ms) ? ms : 0);
}
