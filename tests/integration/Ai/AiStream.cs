using System.Net;
using System.Text.Json.Nodes;

namespace LarkService.IntegrationTests.Ai;

/// <summary>A stream of events as its reader sees it; disposing it hangs up.</summary>
internal sealed class AiStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private AiStream(HttpResponseMessage answer, Stream body) => (_answer, _lines) = (answer, new StreamReader(body));

    public HttpStatusCode Status => _answer.StatusCode;

    public string? MediaType => _answer.Content.Headers.ContentType?.MediaType;

    /// <summary>Comments that were skipped.</summary>
    public int Beats { get; private set; }

    /// <summary>The last id seen, also of an event without data.</summary>
    public string? LastId { get; private set; }

    public List<AiEvent> Seen { get; } = [];

    /// <summary>What a reader has on the screen.</summary>
    public string Text => Seen.Aggregate("", (text, e) => e.Name switch
    {
        "delta" => text + e.Data["content"],
        "replace" => e.Data["content"]!.ToString(),
        _ => text,
    });

    public static async Task<AiStream> OpenAsync(HttpResponseMessage answer) => new(answer, await answer.Content.ReadAsStreamAsync());

    public async Task<JsonNode> ProblemAsync() => JsonNode.Parse(await _lines.ReadToEndAsync())!;

    /// <returns>Null at the end of the stream.</returns>
    public async Task<AiEvent?> NextAsync()
    {
        var (name, data) = ("message", (string?)null);
        while (await _lines.ReadLineAsync() is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["event", var value]:
                    name = value;
                    break;
                case ["id", var value]:
                    LastId = value;
                    break;
                case ["data", var value]:
                    data = value;
                    break;
                case ["", _]:
                    Beats++;
                    break;
                case [""] when data is not null:
                    Seen.Add(new(name, LastId, JsonNode.Parse(data)!));
                    return Seen[^1];
            }
        }

        return null;
    }

    /// <summary>Reads on to an event of this name, or to the end.</summary>
    public async Task<AiEvent?> UntilAsync(string name)
    {
        while (await NextAsync() is { } next)
        {
            if (next.Name == name)
            {
                return next;
            }
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}

internal sealed record AiEvent(string Name, string? Id, JsonNode Data);
