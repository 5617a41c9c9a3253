using System.Net.ServerSentEvents;
using System.Text.Json;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Reads the answer of Aily's knowledge: a stream in which each event replaces the one before. Refusals come as JSON, with HTTP 200.</summary>
internal static class KnowledgeStream
{
    private const string Finished = "finished";

    /// <returns>The last event.</returns>
    /// <exception cref="PlatformException">The platform refused.</exception>
    /// <exception cref="HttpRequestException">It broke off before its end, or is too large.</exception>
    public static async Task<JsonElement> LastAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            return (await PlatformAnswer.ReadAsync(response, ct)).ThrowIfRefused().Body;
        }

        await using var stream = new BoundedStream(await response.Content.ReadAsStreamAsync(ct), PlatformAnswer.MaxBytes);
        await foreach (var item in SseParser.Create(stream, (_, data) => Read(data)).EnumerateAsync(ct))
        {
            if (item.Data.Text("status") == Finished)
            {
                return item.Data;
            }
        }

        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer broke off before its end.");
    }

    private static JsonElement Read(ReadOnlySpan<byte> data)
    {
        var answer = PlatformAnswer.Read(StatusCodes.Status200OK, data.ToArray());
        return answer.ThrowIfRefused().Body;
    }
}
