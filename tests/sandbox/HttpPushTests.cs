using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.HttpPush;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkSandbox.Tests;

/// <summary>The simulator calls the app: checked address, signed and encrypted pushes, the ladder, and answers in the response.</summary>
public sealed class HttpPushTests : SandboxTest
{
    private const string Key = "test key";
    private readonly App _app = new();

    private protected override SandboxOptions Options { get; } = new() { AckDeadline = TimeSpan.FromSeconds(3), RedeliveryScale = 0.001, VerificationToken = "the-token" };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await _app.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Key)]
    public async Task An_address_is_used_once_it_has_answered_the_check(string? key)
    {
        Assert.Null(await UseAsync(key));

        var (headers, body) = Assert.Single(_app.Received);
        Assert.DoesNotContain(headers.Keys, name => name.StartsWith("X-Lark", StringComparison.OrdinalIgnoreCase));
        var check = key is null ? JsonNode.Parse(body)! : Decrypt(body, key);
        Assert.Equal(("url_verification", "the-token"), (check["type"]!.ToString(), check["token"]!.ToString()));
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, """{"challenge":"another"}""")]
    [InlineData(401, "")]
    public async Task An_address_that_fails_the_check_is_not_saved(int status, string body)
    {
        _app.Answer = _ => (status, body);
        Assert.NotNull(await UseAsync(Key));
        Assert.Null(Sandbox.Services.GetRequiredService<HttpPushes>().Address);
    }

    [Fact]
    public async Task An_event_is_encrypted_and_signed_over_the_raw_body()
    {
        await UseAsync(Key);
        var delivery = Platform.PushEvent("test.happened_v1", new JsonObject { ["x"] = "你好" });
        await Platform.WaitForAsync(() => delivery.Acked, Patience);

        var (headers, body) = _app.Received.Last();
        var signed = headers["X-Lark-Request-Timestamp"] + headers["X-Lark-Request-Nonce"] + Key;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(signed), .. body])), headers["X-Lark-Signature"]);
        var envelope = Decrypt(body, Key);
        Assert.Equal((delivery.EventId, "the-token", Options.AppId, Options.TenantKey), (
            envelope["header"]!["event_id"]!.ToString(), envelope["header"]!["token"]!.ToString(), envelope["header"]!["app_id"]!.ToString(), envelope["header"]!["tenant_key"]!.ToString()));
        Assert.Equal("你好", envelope["event"]!["x"]!.ToString());
    }

    [Fact]
    public async Task Without_a_key_it_goes_in_clear()
    {
        await UseAsync(null);
        var delivery = Platform.PushEvent("test.happened_v1", []);
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
        Assert.Equal(delivery.EventId, JsonNode.Parse(_app.Received.Last().Body)!["header"]!["event_id"]!.ToString());
    }

    [Fact]
    public async Task An_event_that_is_not_answered_with_200_in_time_comes_again_down_the_ladder_signed_anew()
    {
        await UseAsync(Key);
        var tries = 0;
        _app.Answer = _ => ++tries switch { 1 => (503, "{}"), 2 => (302, ""), _ => (0, "") };
        var delivery = Platform.PushEvent("test.happened_v1", []);
        await Platform.WaitForAsync(() => delivery.Attempts >= 3, Patience);

        Assert.False(delivery.Acked);
        var pushes = _app.Received.Skip(1).ToList();
        Assert.Equal(2, pushes.Take(2).Select(p => p.Headers["X-Lark-Request-Nonce"]).Distinct().Count());
        Assert.Equal(2, pushes.Take(2).Select(p => p.Headers["X-Lark-Signature"]).Distinct().Count());
    }

    [Fact]
    public async Task Leaving_the_address_goes_back_to_the_long_connection()
    {
        await UseAsync(Key);
        Sandbox.Services.GetRequiredService<HttpPushes>().Leave();
        Platform.PushEvent("test.happened_v1", []);
        Assert.Single(_app.Received);
    }

    [Fact]
    public async Task The_console_takes_an_address_by_its_API()
    {
        var set = await SendAsync(HttpMethod.Put, "/sandbox/api/callback-address", new StringContent(new JsonObject { ["url"] = _app.Url.ToString(), ["encryptKey"] = Key }.ToJsonString()));
        Assert.Equal(204, (int)set.StatusCode);
        var shown = (await CallAsync(HttpMethod.Get, "/sandbox/api/callback-address")).Body;
        Assert.Equal(("the-token", _app.Url.ToString()), (shown["verificationToken"]!.ToString(), shown["url"]!.ToString()));
        _app.Answer = _ => (500, "");
        var refused = await SendAsync(HttpMethod.Put, "/sandbox/api/callback-address", new StringContent(new JsonObject { ["url"] = _app.Url.ToString() }.ToJsonString()));
        Assert.Equal(409, (int)refused.StatusCode);
        var abroad = await SendAsync(HttpMethod.Put, "/sandbox/api/callback-address", new StringContent("""{"url":"https://example.com/"}"""));
        Assert.Equal(400, (int)abroad.StatusCode);
        Assert.Equal(204, (int)(await SendAsync(HttpMethod.Delete, "/sandbox/api/callback-address")).StatusCode);
    }

    [Theory]
    [InlineData(200, """{"toast":{"type":"info","content":"Done"}}""", null, "Done")]
    [InlineData(200, "{}", null, null)]
    [InlineData(200, "no json", 200672L, null)]
    [InlineData(500, "{}", 200671L, null)]
    [InlineData(302, "", 200671L, null)]
    [InlineData(0, "", 200341L, null)]
    public async Task A_click_is_answered_in_the_response(int status, string body, long? error, string? toast)
    {
        await UseAsync(Key);
        var sent = await SendCardAsync();
        _app.Answer = _ => (status, body);
        var seen = await Platform.ClickAsync(LiLei.OpenId, sent, new JsonObject { ["action"] = "do" });
        Assert.Equal((error, toast), (seen.Error?.Code, seen.Toast?.Content));
    }

    [Fact]
    public async Task A_click_on_an_address_that_is_gone_is_an_error()
    {
        await UseAsync(Key);
        var sent = await SendCardAsync();
        await _app.DisposeAsync();
        Assert.Equal(200342, (await Platform.ClickAsync(LiLei.OpenId, sent, new JsonObject { ["action"] = "do" })).Error?.Code);
    }

    private Task<string?> UseAsync(string? key) => Sandbox.Services.GetRequiredService<HttpPushes>().UseAsync(_app.Url, key, TestContext.Current.CancellationToken);

    private async Task<string> SendCardAsync()
    {
        var card = """{"schema":"2.0","body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"Do"},"behaviors":[{"type":"callback","value":{"action":"do"}}]}]}}""";
        var message = new JsonObject { ["receive_id"] = LiLei.OpenId, ["msg_type"] = "interactive", ["content"] = card };
        return (await PostAsync("/open-apis/im/v1/messages?receive_id_type=open_id", message, await TenantTokenAsync())).Data["message_id"]!.ToString();
    }

    private static JsonNode Decrypt(byte[] body, string key)
    {
        var bytes = Convert.FromBase64String(JsonNode.Parse(body)!["encrypt"]!.ToString());
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return JsonNode.Parse(aes.DecryptCbc(bytes.AsSpan(16), bytes.AsSpan(0, 16)))!;
    }

    /// <summary>An app that listens: answers checks by itself, everything else as the test says. Status 0: never.</summary>
    private sealed class App : IAsyncDisposable
    {
        private readonly WebApplication _web;

        public App()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            _web = builder.Build();
            _web.Urls.Add("http://127.0.0.1:0");
            _web.MapPost("/push", HandleAsync);
        }

        public Uri Url => new(new Uri(_web.Urls.First()), "/push");

        public ConcurrentQueue<(Dictionary<string, string> Headers, byte[] Body)> Received { get; } = new();

        public Func<byte[], (int Status, string Body)>? Answer { get; set; }

        public Task StartAsync() => _web.StartAsync();

        public ValueTask DisposeAsync() => _web.DisposeAsync();

        private async Task HandleAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            Received.Enqueue((http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
            var (status, text) = Answer?.Invoke(body.ToArray()) ?? (200, Checked(body.ToArray()));
            if (status == 0)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            http.Response.StatusCode = status;
            http.Response.Headers.Location = status == 302 ? "/push" : default;
            await http.Response.WriteAsync(text, http.RequestAborted);
        }

        private static string Checked(byte[] body)
        {
            var plain = JsonNode.Parse(body)!;
            var check = plain["encrypt"] is null ? plain : Decrypt(body, Key);
            return new JsonObject { ["challenge"] = check["challenge"]?.DeepClone() }.ToJsonString();
        }
    }
}
