using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace LarkService.ProxyBench;

/// <summary>A platform that answers at once: small and large JSON, downloads, uploads. What else it is asked goes to the sandbox.</summary>
internal static class PlatformServer
{
    public const string Root = "/open-apis/bench/v1";
    private static readonly byte[] Piece = new byte[64 * 1024];

    public static async Task RunAsync(int port, Uri sandbox)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        await using var app = builder.Build();
        using var others = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        var answers = new Dictionary<string, byte[]>();
        foreach (var size in (int[])[300, 4_000, 60_000])
        {
            answers[$"{Root}/json/{size}"] = Encoding.UTF8.GetBytes($$$"""{"code":0,"msg":"success","data":{"text":"{{{new string('x', size - 50)}}}"}}""");
        }

        app.Run(http => AnswerAsync(http, answers, others, sandbox));
        await app.RunAsync();
    }

    // The yardstick leaves the path as it is.
    private static Task AnswerAsync(HttpContext http, Dictionary<string, byte[]> answers, HttpClient others, Uri sandbox)
    {
        var path = http.Request.Path.Value!;
        path = path.StartsWith("/api/", StringComparison.Ordinal) ? path[path.IndexOf("/open-apis", StringComparison.Ordinal)..] : path;
        return answers.TryGetValue(path, out var json) ? JsonAsync(http, json)
            : path == $"{Root}/download" ? DownloadAsync(http)
            : path == $"{Root}/upload" ? UploadAsync(http)
            : PassOnAsync(http, others, sandbox);
    }

    private static async Task JsonAsync(HttpContext http, byte[] json)
    {
        if (HttpMethods.IsPost(http.Request.Method))
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json);
    }

    private static async Task DownloadAsync(HttpContext http)
    {
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = Measurements.Transfer;
        for (var sent = 0L; sent < Measurements.Transfer; sent += Piece.Length)
        {
            await http.Response.Body.WriteAsync(Piece, http.RequestAborted);
        }
    }

    private static async Task UploadAsync(HttpContext http)
    {
        var buffer = new byte[64 * 1024];
        var all = 0L;
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            all += read;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$$"""{"code":0,"data":{"bytes":{{{all}}}}}""");
    }

    private static async Task PassOnAsync(HttpContext http, HttpClient others, Uri sandbox)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(sandbox, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        request.Content = body.Length == 0 ? null : new ByteArrayContent(body.ToArray());
        foreach (var (name, value) in http.Request.Headers)
        {
            if (name is not ("Host" or "Content-Length" or "Transfer-Encoding" or "Connection") && !request.Headers.TryAddWithoutValidation(name, value.ToString()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value.ToString());
            }
        }

        using var answer = await others.SendAsync(request);
        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(http.Response.Body);
    }
}
