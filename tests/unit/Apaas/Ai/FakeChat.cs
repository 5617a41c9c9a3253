using System.Text.Json.Nodes;
using LarkService.Messaging;
using LarkService.UnitTests.Messaging;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>The chat as a person sees it: replies once for a uuid, cards that change.</summary>
internal sealed class FakeChat
{
    private readonly RecordedPlatform _platform = new();
    private readonly Dictionary<string, string> _byUuid = new(StringComparer.Ordinal);

    public FakeChat() => _platform.Answer = Answer;

    public MessageClient Messages => _platform.Messages();

    /// <summary>The bot's cards, oldest first, as they look now.</summary>
    public List<(string Id, string RepliesTo, JsonObject Card)> Cards { get; } = [];

    /// <summary>A platform code for a call, 0 to let it pass; <c>reply</c> or <c>patch</c>, and the card.</summary>
    public Func<string, string, int> Refuse { get; set; } = (_, _) => 0;

    /// <summary>Throws to lose the answer of a call that had its effect.</summary>
    public Action<string> After { get; set; } = _ => { };

    public int Patches { get; private set; }

    /// <summary>The text of the only card.</summary>
    public string Text => TextOf(Assert.Single(Cards).Card);

    public static string TextOf(JsonObject card) => string.Join('\n', card["body"]!["elements"]!.AsArray().Select(e => (string?)e!["content"]));

    private (int, string) Answer(RecordedPlatform.Call call)
    {
        var kind = call.Method == HttpMethod.Patch ? "patch" : "reply";
        var content = (string)call.Body!["content"]!;
        if (Refuse(kind, content) is not 0 and var code)
        {
            return (400, $$"""{"code":{{code}},"msg":"refused"}""");
        }

        var id = call.Path.Split('/')[5];
        var data = kind == "patch" ? Patch(id, content) : Reply(id, content, (string)call.Body!["uuid"]!);
        After(kind);
        return (200, $$"""{"code":0,"data":{{data}}}""");
    }

    private string Patch(string id, string content)
    {
        Patches++;
        var at = Cards.FindIndex(c => c.Id == id);
        Cards[at] = Cards[at] with { Card = JsonNode.Parse(content)!.AsObject() };
        return "{}";
    }

    private string Reply(string repliesTo, string content, string uuid)
    {
        if (!_byUuid.TryGetValue(uuid, out var id))
        {
            _byUuid[uuid] = id = $"om_card{Cards.Count + 1}";
            Cards.Add((id, repliesTo, JsonNode.Parse(content)!.AsObject()));
        }

        return $$"""{"message_id":"{{id}}","chat_id":"oc_1"}""";
    }
}
