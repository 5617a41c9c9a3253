using System.Text.Json;
using LarkSandbox.Hosting;

namespace LarkSandbox.Load;

/// <summary><c>POST /sandbox/api/load</c> and <c>/sandbox/api/load/clicks</c>: the answer comes when the load is over.</summary>
internal sealed class LoadApi(EventLoad events, ClickLoad clicks)
{
    public Task<IResult> EventsAsync(HttpContext http, CancellationToken ct) => RunAsync<EventLoadOptions>(http, async asked => await events.RunAsync(asked, ct), ct);

    public Task<IResult> ClicksAsync(HttpContext http, CancellationToken ct) => RunAsync<ClickLoadOptions>(http, async asked => await clicks.RunAsync(asked, ct), ct);

    private static async Task<IResult> RunAsync<T>(HttpContext http, Func<T, Task<object>> load, CancellationToken ct)
        where T : class, new()
    {
        try
        {
            var asked = http.Request.ContentLength is 0 ? new() : await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Json.Options, ct) ?? new();
            return Results.Json(await load(asked), Json.Options);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            return Results.Json(new { error = problem.Message }, Json.Options, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
