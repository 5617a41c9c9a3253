using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LarkService.IntegrationTests.Webhooks;

/// <summary>Another system that wants to be told: a real server, which keeps what comes and answers as it is told to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    public const string Secret = "a-secret-of-more-than-thirty-two-bytes";
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First() + "/lark");

    public ConcurrentQueue<Notice> Notices { get; } = new();

    public Func<HttpContext, Notice, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>The settings that make a service tell it.</summary>
    public Dictionary<string, string> Settings(int number = 0) => new()
    {
        [$"Webhooks:{number}:Url"] = Url.AbsoluteUri,
        [$"Webhooks:{number}:Secret"] = Secret,
    };

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var notice = new Notice(http.Request.Path, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray());
        Notices.Enqueue(notice);
        await Answer(http, notice);
    }

    /// <param name="Path">Where it was posted to.</param>
    /// <param name="Headers">With what.</param>
    /// <param name="Bytes">As they came.</param>
    internal sealed record Notice(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
    {
        public string Delivery => Headers["X-Lark-Service-Delivery"];

        public string Type => Headers["X-Lark-Service-Event"];

        public string Text => Encoding.UTF8.GetString(Bytes);

        public JsonNode Json => JsonNode.Parse(Bytes)!;

        /// <summary>As the documentation tells receivers to check it: over the bytes, before anything is read from them.</summary>
        public bool IsSigned(string secret)
        {
            var parts = Headers["X-Lark-Service-Signature"].Split(',').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
            var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"], System.Globalization.CultureInfo.InvariantCulture));
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            hmac.AppendData(Encoding.ASCII.GetBytes(parts["t"] + "."));
            hmac.AppendData(Bytes);
            return age.Duration() < TimeSpan.FromDays(400) && string.Equals(Convert.ToHexString(hmac.GetHashAndReset()), parts["v1"], StringComparison.OrdinalIgnoreCase);
        }
    }
}
