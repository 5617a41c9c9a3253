using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Lark.Wire;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

/// <summary>What the load generator pushes, and whether its figures are true.</summary>
public sealed class LoadTests : SandboxTest
{
    private static readonly JsonObject Card = JsonNode.Parse("""
        {"schema":"2.0","config":{"update_multi":true},"body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"Go"},"behaviors":[{"type":"callback","value":{"action":"go"}}]}]}}
        """)!.AsObject();

    private protected override SandboxOptions Options { get; } = new()
    {
        AckDeadline = TimeSpan.FromSeconds(30),
        RedeliveryScale = 0.00001,
        CallsPerSecond = 0,
        CallsPerMinute = 0,
        MessagesPerSecondPerReceiver = 0,
    };

    [Fact]
    public async Task Every_event_is_pushed_once_with_ids_size_and_chat_as_asked()
    {
        await using var client = await ClientAsync();

        var result = await Platform.LoadAsync(new() { Events = 60, Bytes = 2048, InFlight = 8, Chats = 3 });

        Assert.Equal((60, 0, 0, 0), (result.Events, result.Failed, result.Redelivered, result.Duplicates));
        var events = client.Payloads.Select(p => JsonNode.Parse(p)!).ToList();
        Assert.Equal(60, events.Select(e => e["header"]!["event_id"]!.ToString()).Distinct().Count());
        Assert.Equal(60, events.Select(e => e["event"]!["message"]!["message_id"]!.ToString()).Distinct().Count());
        Assert.Equal(3, events.Select(e => e["event"]!["message"]!["chat_id"]!.ToString()).Distinct().Count());
        Assert.All(client.Payloads, p => Assert.Equal(2048, p.Length));
        Assert.All(events, e => Assert.Equal(("group", null), (e["event"]!["message"]!["chat_type"]!.ToString(), e["event"]!["message"]!["mentions"])));
        Assert.All(events, e => Assert.StartsWith("om_", e["event"]!["message"]!["message_id"]!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task So_many_wait_for_their_ack_at_a_time_and_no_more()
    {
        await using var client = await ClientAsync(answer: false);
        var load = Platform.LoadAsync(new() { Events = 20, InFlight = 7 });
        await Platform.WaitForAsync(() => client.Unanswered.Count == 7, Patience);

        while (!load.IsCompleted)
        {
            Assert.InRange(client.Unanswered.Count, 0, 7);
            await client.AnswerOneAsync();
            await Task.Yield();
        }

        Assert.Equal(0, (await load).Redelivered);
    }

    [Fact]
    public async Task A_share_of_the_events_is_pushed_twice()
    {
        await using var client = await ClientAsync();

        var result = await Platform.LoadAsync(new() { Events = 40, InFlight = 4, DuplicatePercent = 25 });

        Assert.Equal(10, result.Duplicates);
        Assert.Equal(50, client.Payloads.Count);
        Assert.Equal(40, client.Payloads.Select(p => JsonNode.Parse(p)!["header"]!["event_id"]!.ToString()).Distinct().Count());
    }

    [Fact]
    public async Task What_is_refused_comes_again_and_what_nobody_takes_has_failed()
    {
        var refused = 0;
        await using (var client = await ClientAsync(code: _ => Interlocked.Increment(ref refused) <= 3 ? 500 : 200))
        {
            var result = await Platform.LoadAsync(new() { Events = 10, InFlight = 2 });
            Assert.Equal((0, 3), (result.Failed, result.Redelivered));
        }

        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 0, Patience);
        var lost = await Platform.LoadAsync(new() { Events = 2, InFlight = 2 });
        Assert.Equal((2, 8), (lost.Failed, lost.Redelivered));
        Assert.Equal(0, lost.Acks.Max);
    }

    [Fact]
    public async Task Clicks_come_at_their_rate_and_a_slow_answer_shows_in_those_behind_it()
    {
        await using var client = await ClientAsync(answer: false);
        await CardAsync();
        var load = Platform.LoadClicksAsync(new() { Clicks = 20, PerSecond = 100, Action = "go" });

        await Platform.WaitForAsync(() => client.Unanswered.Count == 20, Patience); // none waited for the one before it
        while (!client.Unanswered.IsEmpty)
        {
            await client.AnswerOneAsync();
        }

        var result = await load;
        Assert.Equal((20, 1, 0), (result.Clicks, result.Cards, result.Failed));
        Assert.InRange(result.Answers.Max, 190, 30_000);
        Assert.True(result.Answers.P50 <= result.Answers.P95 && result.Answers.P95 <= result.Answers.P99 && result.Answers.P99 <= result.Answers.Max);
    }

    [Fact]
    public async Task Both_loads_are_started_over_HTTP_too()
    {
        await using var client = await ClientAsync();
        await CardAsync();

        var events = await PostAsync("/sandbox/api/load", new JsonObject { ["events"] = 5, ["inFlight"] = 2, ["bytes"] = 3000, ["chats"] = 1 });
        var clicks = await PostAsync("/sandbox/api/load/clicks", new JsonObject { ["clicks"] = 5, ["perSecond"] = 200, ["action"] = "go" });

        Assert.Equal((200, 5, 0), (events.Status, (int)events.Body["events"]!, (int)events.Body["failed"]!));
        Assert.True((double)events.Body["perSecond"]! > 0 && (double)events.Body["acks"]!["p99"]! > 0);
        Assert.Equal((200, 5, 0), (clicks.Status, (int)clicks.Body["clicks"]!, (int)clicks.Body["failed"]!));
        Assert.True((double)clicks.Body["answers"]!["p99"]! > 0);
    }

    [Theory]
    [InlineData("/sandbox/api/load", """{"events":0}""", "events")]
    [InlineData("/sandbox/api/load", """{"inFlight":5000}""", "inFlight")]
    [InlineData("/sandbox/api/load", """{"bytes":"many"}""", "bytes")]
    [InlineData("/sandbox/api/load/clicks", """{"perSecond":0}""", "perSecond")]
    [InlineData("/sandbox/api/load/clicks", """{"action":"nowhere"}""", "nowhere")]
    public async Task A_load_that_makes_no_sense_is_refused_by_name(string path, string body, string names)
    {
        var reply = await PostAsync(path, JsonNode.Parse(body));
        Assert.Equal(400, reply.Status);
        Assert.Contains(names, reply.Body["error"]!.ToString(), StringComparison.Ordinal);
    }

    private async Task<LoadClient> ClientAsync(bool answer = true, Func<Frame, int>? code = null)
    {
        var reply = await PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });
        var client = new LoadClient(await TestSocket.OpenAsync(reply.Body["data"]!["URL"]!.ToString()), answer, code ?? (_ => 200));
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 1, Patience);
        return client;
    }

    private async Task CardAsync()
    {
        var reply = await PostAsync(
            "/open-apis/im/v1/messages?receive_id_type=open_id",
            new JsonObject { ["receive_id"] = Ava.OpenId, ["msg_type"] = "interactive", ["content"] = Card.ToJsonString() },
            await TenantTokenAsync());
        Assert.Equal(200, reply.Status);
    }

    /// <summary>Keeps what it gets, and acknowledges it at once or when told.</summary>
    private sealed class LoadClient : IAsyncDisposable
    {
        private readonly TestSocket _socket;
        private readonly Func<Frame, int> _code;
        private readonly Task _reading;

        public LoadClient(TestSocket socket, bool answer, Func<Frame, int> code)
        {
            (_socket, _code) = (socket, code);
            _reading = ReadAsync(answer);
        }

        public ConcurrentQueue<byte[]> Payloads { get; } = [];

        public ConcurrentQueue<Frame> Unanswered { get; } = [];

        public Task AnswerOneAsync() => Unanswered.TryDequeue(out var push) ? _socket.AckAsync(push, _code(push)) : Task.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await _socket.DisposeAsync();
            await _reading;
        }

        private async Task ReadAsync(bool answer)
        {
            try
            {
                while (true)
                {
                    var push = await _socket.NextAsync();
                    Payloads.Enqueue(push.Payload.ToByteArray());
                    Unanswered.Enqueue(push);
                    if (answer)
                    {
                        await AnswerOneAsync();
                    }
                }
            }
            catch (Exception over) when (over is System.Threading.Channels.ChannelClosedException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
            {
                // The test is over.
            }
        }
    }
}
