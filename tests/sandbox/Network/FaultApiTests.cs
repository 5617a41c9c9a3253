using System.Text.Json.Nodes;

namespace LarkSandbox.Tests.Network;

public sealed class FaultApiTests : WireTest
{
    private static readonly (string Fault, string Body, string Says)[] Wrong =
    [
        ("network", """{"latencyMs":-1}""", "latencyMs must be a number from 0 to 60000"),
        ("network", """{"latencyMs":"300"}""", "latencyMs must be a number"),
        ("network", """{"bytesPerSecond":0}""", "bytesPerSecond must be a number from 1"),
        ("network", """{"silent":1}""", "silent must be true or false"),
        ("network", """{"latency":300}""", "Not known here: latency. Known: latencyMs, jitterMs"),
        ("network", """[300]""", "must be a JSON object"),
        ("network", """{"latencyMs":1""", "must be a JSON object"),
        ("network", """{"latencyMs":99999999,"jitterMs":-7}""", "jitterMs must be"),
        ("frames", """{"loss":101}""", "loss must be a number from 0 to 100"),
        ("frames", """{"reorderMs":-1}""", "reorderMs must be"),
        ("silence", """{"seconds":0}""", "seconds must be"),
        ("vanish", """{"connection":7}""", "connection must be a text"),
        ("split", """{"bytes":-1}""", "bytes must be"),
        ("duplicate", """{"times":0}""", "times must be"),
        ("pong-config", """{}""", "Give config"),
        ("pong-config", """{"config":{},"text":"x"}""", "Give config"),
        ("refuse-handshake", """{"autherrcode":1000040350}""", "autherrcode goes with a status"),
        ("refuse-handshake", """{"status":514,"msg":"nein, 不行"}""", "plain ASCII"),
        ("refuse-handshake", """{"status":514,"http":200}""", "http must be"),
        ("refuse-endpoint", """{"code":0}""", "code must be"),
        ("maintenance", """{"answer":"code 2"}""", "answer must be one of: code 1, HTTP 503"),
        ("restart", """{"seconds":99999}""", "seconds must be a number from 0.1 to 3600"),
        ("limit", """{"connections":-1}""", "connections must be"),
        ("fail-next", """{"status":500}""", "pathPrefix is required"),
        ("fail-next", """{"pathPrefix":"/x","status":99}""", "status must be"),
        ("delay-next", """{"pathPrefix":"/x"}""", "seconds is required"),
        ("lose-answer", """{"pathPrefix":"x"}""", "begins with /"),
        ("expire-token", """{"openId":7}""", "openId must be a text"),
    ];

    [Fact]
    public async Task What_is_wrong_is_told_by_name_and_changes_nothing()
    {
        foreach (var (fault, body, says) in Wrong)
        {
            using var answer = await SendAsync(HttpMethod.Post, $"/sandbox/api/faults/{fault}", new StringContent(body));

            Assert.True((int)answer.StatusCode == 400, $"{fault} {body}: {answer.StatusCode}");
            Assert.Contains(says, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!.ToString(), StringComparison.Ordinal);
            Assert.True(Platform.Faults.State().Calm, $"{fault} {body}");
        }
    }

    [Fact]
    public async Task Everything_that_is_set_can_be_seen_and_one_call_makes_all_well_again()
    {
        Assert.True((await CallAsync(HttpMethod.Get, "/sandbox/api/faults")).Body["calm"]!.GetValue<bool>());
        foreach (var (fault, body) in ((string, string)[])
        [
            ("network", """{"latencyMs":300,"jitterMs":40,"bytesPerSecond":9000,"silent":true,"refuseConnects":true}"""),
            ("frames", """{"loss":20,"ackLoss":5,"duplicates":10,"reorderMs":100}"""),
            ("split", """{"bytes":64,"reorder":true}"""),
            ("duplicate", """{"times":3}"""),
            ("pong-config", """{"config":{"PingInterval":5}}"""),
            ("refuse-handshake", """{"status":514,"autherrcode":1000040350,"times":2}"""),
            ("refuse-endpoint", """{"code":1000040343,"times":4}"""),
            ("maintenance", """{"seconds":60,"answer":"HTTP 503"}"""),
            ("limit", """{"connections":3}"""),
            ("lose-answer", """{"pathPrefix":"/open-apis/im","times":2}"""),
        ])
        {
            Assert.NotEmpty((await FaultAsync(fault, JsonNode.Parse(body)!.AsObject())).Body["message"]!.ToString());
        }

        var state = (await CallAsync(HttpMethod.Get, "/sandbox/api/faults")).Body;
        Assert.False(state["calm"]!.GetValue<bool>());
        Assert.Equal((300, 40, 9000, true, true), (At(state, "network", "latencyMs"), At(state, "network", "jitterMs"), At(state, "network", "bytesPerSecond"), state["network"]!["silent"]!.GetValue<bool>(), state["network"]!["refuseConnects"]!.GetValue<bool>()));
        Assert.Equal((20, 5, 20, 10, 100), (At(state, "frames", "pushLoss"), At(state, "frames", "ackLoss"), At(state, "frames", "pongLoss"), At(state, "frames", "duplicates"), At(state, "frames", "reorderMs")));
        Assert.Equal((64, 3, "{\"PingInterval\":5}"), (At(state, "frames", "splitAbove"), At(state, "frames", "duplicateNext"), state["frames"]!["pong"]!.ToString()));
        Assert.Equal(("514, 1000040350", 2), (state["handshake"]!["code"]!.ToString(), At(state, "handshake", "times")));
        Assert.Equal(("1000040343", 4), (state["endpoint"]!["code"]!.ToString(), At(state, "endpoint", "times")));
        Assert.Equal(("maintenance", "HTTP 503"), (state["outage"]!["kind"]!.ToString(), state["outage"]!["answer"]!.ToString()));
        Assert.Equal("loseAnswer", Assert.Single(state["planned"]!.AsArray())!["kind"]!.ToString());
        Assert.Equal(3, state["limit"]!.GetValue<int>());

        await FaultAsync("reset");
        Assert.True((await CallAsync(HttpMethod.Get, "/sandbox/api/faults")).Body["calm"]!.GetValue<bool>());
        await using var open = await OpenAsync();
    }

    [Fact]
    public async Task What_a_call_leaves_out_stays_as_it_was()
    {
        await FaultAsync("network", new JsonObject { ["latencyMs"] = 300, ["bytesPerSecond"] = 9000 });
        await FaultAsync("network", new JsonObject { ["jitterMs"] = 40 });
        Assert.Equal((300, 40, 9000), Platform.Faults.State().Network is var n ? (n.LatencyMs, n.JitterMs, n.BytesPerSecond) : default);

        await FaultAsync("network", new JsonObject { ["bytesPerSecond"] = null });
        Assert.Null(Platform.Faults.State().Network.BytesPerSecond);
    }

    [Fact]
    public async Task Pages_are_told_of_a_fault_whoever_set_it()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await using var stream = await http.GetStreamAsync(new Uri(Sandbox.Url, "/sandbox/api/stream"));
        using var reader = new StreamReader(stream);
        using var limit = new CancellationTokenSource(Patience);
        Platform.Faults.Network = new() { Latency = TimeSpan.FromMilliseconds(250) };

        var told = "";
        for (var faults = false; !told.Contains("\"latencyMs\":250", StringComparison.Ordinal); faults = told == "event: faults")
        {
            var line = (await reader.ReadLineAsync(limit.Token))!;
            told = faults || line == "event: faults" ? line : "";
        }

        Assert.Contains("\"calm\":false", told, StringComparison.Ordinal);
    }

    private static int At(JsonObject state, string part, string name) => (int)state[part]![name]!.GetValue<double>();
}
