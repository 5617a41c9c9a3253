using System.Text.Json;

namespace LarkService.Events.Chat;

/// <summary>What somebody wrote, freed of what the client put around it.</summary>
internal static class MessageText
{
    /// <summary>Also those that .NET does not count as white space, but that come with copied text.</summary>
    private static readonly char[] Invisible = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff'];

    /// <param name="content">The message's <c>content</c>: JSON in a text.</param>
    /// <param name="mentions">The message's <c>mentions</c>: which placeholders in the text stand for people.</param>
    /// <returns>Empty when there is no text in it.</returns>
    public static string Read(string? content, JsonElement mentions)
    {
        var text = TextOf(content);
        if (mentions.ValueKind == JsonValueKind.Array)
        {
            // The longest first: @_user_1 is also the beginning of @_user_10.
            var keys = mentions.EnumerateArray().Select(m => m.Text("key")).OfType<string>().Where(key => key.Length > 0).OrderByDescending(key => key.Length);
            text = keys.Aggregate(text, (rest, key) => rest.Replace(key, "", StringComparison.Ordinal));
        }

        return Trim(text);
    }

    /// <summary>Older events do not say what kind was mentioned; there any mention counts.</summary>
    public static bool MentionsBot(JsonElement mentions) =>
        mentions.ValueKind == JsonValueKind.Array && mentions.EnumerateArray().Any(m => m.Text("mentioned_type") is null or "bot");

    /// <summary>In lower case, and with a plain slash where an input method wrote a full-width one.</summary>
    public static string FirstWord(string text)
    {
        var word = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        return (word.StartsWith('\uff0f') ? "/" + word[1..] : word).ToLowerInvariant();
    }

    private static string Trim(string text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || Invisible.Contains(c);

    private static string TextOf(string? content)
    {
        try
        {
            return content is null ? "" : JsonElement.Parse(content).Text("text") ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
