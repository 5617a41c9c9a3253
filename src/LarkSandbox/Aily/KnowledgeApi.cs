using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary>
/// <c>POST /open-apis/aily/v1/apps/:app_id/knowledges/ask</c>: an event stream in which each answer replaces the one before. Its own
/// errors come with HTTP 200.
/// </summary>
internal sealed class KnowledgeApi(SandboxOptions options, BackgroundTasks tasks, TimeProvider clock)
{
    private const int LongestContent = 65535;
    private const int Pieces = 5;

    public async Task<IResult> AskAsync(HttpContext http, string appId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (appId != options.AilyAppId || body?["message"].Text("content") is not { Length: > 0 and <= LongestContent } question)
        {
            return AilyError.BadParameter($"message.content is required, at most {LongestContent}, and the app must be one of this tenant");
        }

        return question switch
        {
            _ when question.Contains("sandbox:fail", StringComparison.Ordinal) => Answer.Error(2700033, "ask knowledge failed", StatusCodes.Status200OK),
            _ when question.Contains("sandbox:forbidden", StringComparison.Ordinal) => Answer.Error(2700034, "forbidden", StatusCodes.Status200OK),
            _ when question.Contains("sandbox:long", StringComparison.Ordinal) => Answer.Error(2700035, "the answer took too long", StatusCodes.Status200OK),
            _ => Results.Stream(stream => WriteAsync(stream, question, ct), "text/event-stream"),
        };
    }

    private static JsonObject Said(string status, string content) => new() { ["status"] = status, ["message"] = new JsonObject { ["content"] = content } };

    private async Task WriteAsync(Stream stream, string question, CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, tasks.Stopping);
        var answer = AnswerWriter.Write(question, []);
        for (var piece = 1; piece <= Pieces; piece++)
        {
            await SendAsync(stream, Said("processing", AnswerWriter.Beginning(answer, (double)piece / Pieces)), ending.Token);
            await Task.Delay(options.RunDuration / Pieces, clock, ending.Token);
        }

        var last = Said("finished", answer + " [1]");
        last["finish_type"] = "qa";
        last["has_answer"] = true;
        last["process_data"] = new JsonObject { ["chunks"] = new JsonArray("chunk 1"), ["chart_dsls"] = new JsonArray(), ["sql_data"] = new JsonArray() };
        await SendAsync(stream, last, ending.Token);
    }

    private static async Task SendAsync(Stream stream, JsonObject said, CancellationToken ct)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"data: {Json.Write(said)}\n\n"), ct);
        await stream.FlushAsync(ct);
    }
}
