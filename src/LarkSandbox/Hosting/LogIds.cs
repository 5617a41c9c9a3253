namespace LarkSandbox.Hosting;

/// <summary>Puts the request id that support asks for on every answer.</summary>
internal sealed class LogIds(RequestDelegate next, TimeProvider clock)
{
    private const string Header = "X-Tt-Logid";

    public static string Of(HttpContext http) => (string)http.Items[Header]!;

    public Task InvokeAsync(HttpContext http)
    {
        var logId = Ids.Log(clock.GetUtcNow());
        http.Items[Header] = logId;
        http.Response.Headers[Header] = logId;
        return next(http);
    }
}
