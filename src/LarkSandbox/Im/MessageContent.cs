using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Cards;
using LarkSandbox.Hosting;

namespace LarkSandbox.Im;

/// <summary>Reads the <c>content</c> of a message: JSON in a string, its size and its card.</summary>
internal static class MessageContent
{
    public const int MostTextBytes = 150 * 1024;
    public const int MostCardBytes = 30 * 1024;

    public static (IResult? Refusal, JsonObject? Card) Read(string? msgType, string? content)
    {
        if (content is null || msgType is null)
        {
            return (ImError.BadParameter("msg_type and content are required, content as a string"), null);
        }

        return msgType switch
        {
            "interactive" => ReadCard(content),
            "text" => (CheckText(content), null),
            "post" => (Encoding.UTF8.GetByteCount(content) > MostCardBytes ? ImError.TooLong() : Json.ParseObject(content) is null ? ImError.BadParameter("content is not in JSON format") : null, null),
            _ => (ImError.BadParameter($"msg_type {msgType} is not simulated"), null),
        };
    }

    public static (IResult? Refusal, JsonObject? Card) ReadCard(string content)
    {
        if (Encoding.UTF8.GetByteCount(content) > MostCardBytes)
        {
            return (ImError.TooLong(), null);
        }

        if (Json.ParseObject(content) is not { } card)
        {
            return (ImError.Card(new(CardProblem.BadJson, "parse card json err; not a JSON object")), null);
        }

        return CardValidator.Check(card) is { } problem ? (ImError.Card(problem), null) : (null, card);
    }

    private static IResult? CheckText(string content)
    {
        if (Encoding.UTF8.GetByteCount(content) > MostTextBytes)
        {
            return ImError.TooLong();
        }

        return Json.ParseObject(content).Text("text") is { Length: > 0 } ? null : ImError.BadParameter("text content must be {\"text\":\"…\"} and not empty");
    }
}
