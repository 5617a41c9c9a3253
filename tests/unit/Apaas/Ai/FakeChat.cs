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

    public CardEntities Entities => _platform.Entities();

    /// <summary>The app has the scope for cards that grow; else their making is refused.</summary>
    public bool LetsGrow { get; set; }

    /// <summary>Every text that grew, as it was then.</summary>
    public List<string> Grown { get; } = [];

    /// <summary>The numbers of the changes of cards with an id of their own.</summary>
    public List<int> Sequences { get; } = [];

    /// <summary>A platform code for such a call, 0 to let it pass: <c>create</c>, <c>text</c> or <c>replace</c>.</summary>
    public Func<string, int> RefuseEntity { get; set; } = _ => 0;

    /// <summary>Cards with an id of their own that were made.</summary>
    public int Made { get; private set; }

    /// <summary>How often somebody wanted one.</summary>
    public int Wanted { get; private set; }

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

    private readonly Dictionary<string, JsonObject> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shownBy = new(StringComparer.Ordinal);

    private (int, string) Entity(RecordedPlatform.Call call)
    {
        var path = call.Path.Split('/');
        var kind = call.Method == HttpMethod.Post ? "create" : path.Length == 6 ? "replace" : "text";
        Wanted += kind == "create" ? 1 : 0;
        var code = !LetsGrow ? 99991672 : RefuseEntity(kind) is not 0 and var refused ? refused : 0;
        if (code == 0 && kind != "create")
        {
            var sequence = (int)call.Body!["sequence"]!;
            code = Sequences.Count > 0 && sequence <= Sequences.Max() ? CardEntities.SequenceTooLow : 0;
            Sequences.AddRange(code == 0 ? [sequence] : []);
        }

        return code != 0 ? (400, $$"""{"code":{{code}},"msg":"refused"}""") : (200, $$"""{"code":0,"data":{{Changed(kind, path, call.Body!)}}}""");
    }

    private string Changed(string kind, string[] path, JsonObject body)
    {
        switch (kind)
        {
            case "create":
                _entities[$"{++Made}"] = JsonNode.Parse((string)body["data"]!)!.AsObject();
                return $$"""{"card_id":"{{Made}}"}""";
            case "text":
                Grown.Add((string)body["content"]!);
                _entities[path[5]]["body"]!["elements"]![0]!["content"] = Grown[^1];
                break;
            default:
                _entities[path[5]] = JsonNode.Parse((string)body["card"]!["data"]!)!.AsObject();
                break;
        }

        if (_shownBy.TryGetValue(path[5], out var message))
        {
            var at = Cards.FindIndex(c => c.Id == message);
            Cards[at] = Cards[at] with { Card = _entities[path[5]] };
        }

        return "{}";
    }

    private (int, string) Answer(RecordedPlatform.Call call)
    {
        if (call.Path.StartsWith("/open-apis/cardkit/", StringComparison.Ordinal))
        {
            return Entity(call);
        }

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
            var card = JsonNode.Parse(content)!.AsObject();
            if (card["data"]?["card_id"] is { } entity)
            {
                _shownBy[(string)entity!] = id;
                card = _entities[(string)entity!];
            }

            Cards.Add((id, repliesTo, card));
        }

        return $$"""{"message_id":"{{id}}","chat_id":"oc_1"}""";
    }
}
