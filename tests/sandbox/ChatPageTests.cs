using System.Net;
using System.Text.Json.Nodes;

namespace LarkSandbox.Tests;

public sealed class ChatPageTests : SandboxTest
{
    [Fact]
    public async Task The_state_names_the_app_the_people_and_who_has_granted()
    {
        Platform.Grant(Ava.OpenId, "offline_access");

        var state = await CallAsync(HttpMethod.Get, "/sandbox/api/state");

        Assert.Equal(Options.AppId, state.Body["app"]!["appId"]!.ToString());
        Assert.Equal(["李雷", "韩梅梅", "Ava Stone"], state.Body["users"]!.AsArray().Select(u => u!["name"]!.ToString()));
        Assert.Equal([false, false, true], state.Body["users"]!.AsArray().Select(u => u!["hasGrant"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Signing_in_sets_the_cookie_that_the_consent_pages_read()
    {
        var reply = await PostAsync("/sandbox/api/sign-in", new JsonObject { ["openId"] = Ava.OpenId });
        Assert.Equal(204, reply.Status);
        Assert.Contains($"sandbox_user={Ava.OpenId}", reply.Raw.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal(404, (await PostAsync("/sandbox/api/sign-in", new JsonObject { ["openId"] = "ou_nobody" })).Status);
    }

    [Fact]
    public async Task The_stream_begins_with_what_there_is_and_goes_on_with_what_happens()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/sandbox/api/state");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await using var stream = await http.GetStreamAsync(new Uri(Sandbox.Url, $"/sandbox/api/stream?openId={LiLei.OpenId}"));
        using var reader = new StreamReader(stream);
        foreach (var name in (string[])["wire-backlog", "counters", "connections", "faults", "messages"])
        {
            Assert.Equal(name, (await NextAsync(reader)).Name);
        }

        await PostAsync("/sandbox/api/messages", new JsonObject { ["openId"] = Ava.OpenId, ["text"] = "not for Li Lei" });
        await PostAsync("/sandbox/api/messages", new JsonObject { ["openId"] = LiLei.OpenId, ["text"] = "hello" });

        Assert.Equal("hello", (await NextAsync(reader, "message"))["text"]!.ToString());
    }

    [Fact]
    public async Task A_text_over_150_KB_is_refused_by_the_client_already()
    {
        var reply = await PostAsync("/sandbox/api/messages", new JsonObject { ["openId"] = Ava.OpenId, ["text"] = new string('x', (150 * 1024) + 1) });

        Assert.Equal(400, reply.Status);
        Assert.NotEmpty(reply.Error!);
    }

    [Fact]
    public async Task The_wire_log_shows_every_call_and_no_secret()
    {
        await TenantTokenAsync();
        await PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });
        await PostFormAsync("/oauth/v1/device_authorization", new() { ["client_id"] = Options.AppId, ["scope"] = "offline_access" }, $"{Options.AppId}:{Options.AppSecret}");
        await TokenAsync("refresh_token", ("refresh_token", Platform.Grant(LiLei.OpenId, "offline_access").Refresh!.Value));
        var form = new Dictionary<string, string> { ["client_id"] = Options.AppId, ["client_secret"] = Options.AppSecret, ["token"] = "x" };
        await PostFormAsync("/oauth/v1/revoke", form);

        var log = System.Text.Json.JsonSerializer.Serialize(Platform.Wire.Last(500), Hosting.Json.Options);

        Assert.Equal(5, Platform.Wire.Last(500).Count(e => e.Channel == "http"));
        Assert.All(Platform.IssuedSecrets, secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
        Assert.Contains("eyJ…(", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_say_in_plain_words_what_they_did()
    {
        Platform.Grant(LiLei.OpenId, "offline_access");
        var who = new JsonObject { ["openId"] = LiLei.OpenId };

        Assert.Contains("1 access token of 李雷", (await PostAsync("/sandbox/api/faults/expire-token", who.DeepClone())).Body["message"]!.ToString(), StringComparison.Ordinal);
        Assert.NotNull((await PostAsync("/sandbox/api/faults/revoke-grant", who.DeepClone())).Body["message"]);
        Assert.Single(Platform.Deliveries, d => d.EventType == "auth.user_access_token.revoked_v4");
        Assert.Equal(400, (await PostAsync("/sandbox/api/faults/revoke-grant", new JsonObject { ["openId"] = LiLei.OpenId, ["by"] = "nobody" })).Status);
        Assert.NotNull((await PostAsync("/sandbox/api/faults/drop-connections")).Body["message"]);
        Assert.Equal(400, (await PostAsync("/sandbox/api/faults/silence", new JsonObject { ["seconds"] = -1 })).Status);
        Platform.Faults.Board.FailNext("/open-apis/authen/v2", 503, """{"code":20072,"error":"temporarily_unavailable"}""");
        Assert.Equal((503, 20072L), (await TokenAsync("refresh_token") is var reply ? reply.Status : 0, 20072L));
    }

    [Fact]
    public async Task Only_this_machine_may_call()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Sandbox.Url, "/sandbox/api/state")) { Headers = { Host = "evil.example.com" } };
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static async Task<(string Name, string Data)> NextAsync(StreamReader reader)
    {
        using var limit = new CancellationTokenSource(Patience);
        var name = "";
        while (true)
        {
            var line = await reader.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException();
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (name, line[6..]);
            }
        }
    }

    private static async Task<JsonNode> NextAsync(StreamReader reader, string name)
    {
        while (true)
        {
            var next = await NextAsync(reader);
            if (next.Name == name)
            {
                return JsonNode.Parse(next.Data)!;
            }
        }
    }
}
