using System.Text;
using System.Text.Json.Nodes;
using LarkService.Platform.OpenApi;

namespace LarkService.Messaging;

/// <summary>
/// An interactive message, written as card JSON 2.0 with <c>update_multi</c>, so that it can be changed for everybody for 14 days
/// after it was sent.
/// </summary>
internal sealed record Card
{
    /// <summary>Null: a card without a title, as an answer in a conversation.</summary>
    public CardHeader? Header { get; init; }

    public required IReadOnlyList<CardElement> Elements { get; init; }

    /// <summary>The line in the list of chats and in notifications; null: the title.</summary>
    public LocalizedText? Summary { get; init; }

    /// <summary>Its text grows (see <see cref="CardEntities"/>): for ten minutes at most, then the platform ends it.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>One of <see cref="Languages"/>, for every client; null: each client picks its own.</summary>
    public string? Language { get; private init; }

    /// <summary>The platform would take it, by its size.</summary>
    public bool Fits => Encoding.UTF8.GetByteCount(Write()) <= CardLimits.MaxBytes;

    /// <summary>The card in one language whatever the client's is; null leaves the choice to the client.</summary>
    public Card In(string? language) => this with { Language = language };

    /// <summary>As an object: for the answer to a callback and for updates by token.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["schema"] = "2.0", ["config"] = Config() }; // without schema it is taken for 1.0
        if (Header is not null)
        {
            json["header"] = Header.ToJson();
        }

        var ids = new ElementIds();
        json["body"] = new JsonObject { ["elements"] = new JsonArray([.. Elements.Select(element => element.ToJson(ids))]) };
        if (Language is { } language)
        {
            OneLanguage.Keep(json, language);
        }

        return json;
    }

    /// <summary>As text: for sending, replying and patching.</summary>
    /// <exception cref="CardTooLargeException">The platform would refuse it.</exception>
    public string ToJsonString()
    {
        var text = Write();
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= CardLimits.MaxBytes ? text : throw new CardTooLargeException(bytes);
    }

    private string Write() => ToJson().ToJsonString(WireJson.Options);

    private JsonObject Config()
    {
        var config = new JsonObject { ["update_multi"] = true, ["enable_forward"] = false }; // its buttons are for one person
        if (IsStreaming)
        {
            config["streaming_mode"] = true;
        }

        if ((Summary ?? Header?.Title) is { } summary)
        {
            config["summary"] = summary.WriteTo([]);
        }

        return config;
    }
}
