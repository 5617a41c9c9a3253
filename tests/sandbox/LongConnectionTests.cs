using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Lark.Wire;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Tests;

public sealed class LongConnectionTests : SandboxTest
{
    private protected override SandboxOptions Options { get; } = new()
    {
        MaxConnections = 2,
        AckDeadline = TimeSpan.FromSeconds(30),
        RedeliveryLadder = QuickLadder,
        RedeliveryScale = 1,
        PingInterval = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public async Task The_endpoint_hands_out_an_address_whose_first_parameter_is_a_dummy()
    {
        var reply = await EndpointAsync();

        Assert.Equal(0, reply.Code);
        var query = reply.Data["URL"]!.ToString().Split('?')[1];
        Assert.StartsWith("fpid=", query, StringComparison.Ordinal);
        Assert.Equal("33554678", HttpUtility.ParseQueryString(query)["service_id"]);
        Assert.Equal(["ReconnectCount", "ReconnectInterval", "ReconnectNonce", "PingInterval"], reply.Data["ClientConfig"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task A_wrong_secret_is_514_with_an_empty_data_object()
    {
        var reply = await PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = "wrong" });

        Assert.Equal(200, reply.Status);
        Assert.Equal(514, reply.Code);
        Assert.Empty(reply.Data.AsObject());
    }

    [Fact]
    public async Task The_endpoint_needs_no_content_type()
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{\"AppID\":\"{Options.AppId}\",\"AppSecret\":\"{Options.AppSecret}\"}}"));
        using var answer = await SendAsync(HttpMethod.Post, "/callback/ws/endpoint", body);

        Assert.Contains("\"code\":0", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_opens_one_connection_and_not_for_long()
    {
        var url = await AddressAsync();
        await using var first = await TestSocket.OpenAsync(url);
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 1, Patience);
        Assert.Equal(("514", "1000040343"), await RefusedAsync(url));

        var late = await AddressAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(("514", "1000040343"), await RefusedAsync(late));
        Assert.Equal(("403", null), await RefusedAsync(late.Replace("ticket=", "ticket=x", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task More_connections_than_allowed_are_refused_at_the_endpoint_and_at_the_handshake()
    {
        var third = await AddressAsync();
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();

        Assert.Equal(1000040350, (await EndpointAsync()).Code);
        Assert.Equal(("514", "1000040350"), await RefusedAsync(third));
    }

    [Fact]
    public async Task A_ping_is_answered_with_the_whole_client_config()
    {
        await using var socket = await OpenAsync();
        await socket.PingAsync(service: 7);

        var pong = await socket.NextAsync();

        Assert.Equal("pong", pong.Header("type"));
        Assert.Equal(7, pong.Service);
        Assert.Equal(30, JsonNode.Parse(pong.Payload.ToStringUtf8())!["PingInterval"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_client_that_never_pings_is_hung_up_on_after_three_intervals()
    {
        await using var socket = await OpenAsync();
        Clock.Advance(TimeSpan.FromSeconds(91));

        await socket.Ended.WaitAsync(Patience);

        Assert.Contains(Platform.Connections.State().History, m => m.What == "closed" && m.Detail.Contains("three intervals", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_frames_and_text_do_not_end_the_connection()
    {
        await using var socket = await OpenAsync();
        await socket.SendAsync([0x08, 0x00], WebSocketMessageType.Binary);
        await socket.SendAsync([.. "hello"u8], WebSocketMessageType.Text);
        await socket.PingAsync();

        Assert.Equal("pong", (await socket.NextAsync()).Header("type"));
    }

    [Fact]
    public async Task A_message_is_an_event_with_every_header_and_an_ack_ends_it()
    {
        await using var socket = await OpenAsync();
        var (message, delivery) = Platform.SendText(LiLei.OpenId, "你好");

        var push = await socket.NextAsync();
        Assert.Equal(["type", "message_id", "sum", "seq", "trace_id", "timestamp", "instance_id"], push.Headers.Select(h => h.Key));
        var envelope = JsonNode.Parse(push.Payload.ToStringUtf8())!;
        Assert.Equal("im.message.receive_v1", envelope["header"]!["event_type"]!.ToString());
        Assert.Equal(message.MessageId, envelope["event"]!["message"]!["message_id"]!.ToString());
        Assert.Equal("{\"text\":\"你好\"}", envelope["event"]!["message"]!["content"]!.ToString());

        // Node's double rounds the ids; the ack still counts.
        await socket.AckAsync(push, change: ack => ack.SeqID = 7400000000000000000);
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
        Assert.Equal(1, delivery.Attempts);
    }

    [Fact]
    public async Task An_event_goes_to_exactly_one_connection()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var sent = Enumerable.Range(0, 20).Select(n => Platform.SendText(LiLei.OpenId, $"{n}").Delivery).ToList();

        var shares = Task.WhenAll(first.AckAllAsync(), second.AckAllAsync());
        await Platform.WaitForAsync(() => sent.All(d => d.Acked), Patience);
        Platform.Faults.DropConnections();

        Assert.Equal(20, (await shares).Sum(share => share.Count));
        Assert.All(sent, d => Assert.Equal(1, d.Attempts));
        Assert.Equal(20, Platform.Acks);
    }

    [Fact]
    public async Task A_failed_ack_brings_the_event_again_with_the_same_event_id_and_a_new_message_id()
    {
        await using var socket = await OpenAsync();
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "again");
        var first = await socket.NextAsync();
        await socket.AckAsync(first, code: 500);

        var second = await socket.NextAsync();
        Assert.Equal(EventId(first), EventId(second));
        Assert.NotEqual(first.Header("message_id"), second.Header("message_id"));

        await socket.AckAsync(second);
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
        Assert.Equal(2, delivery.Attempts);
    }

    [Fact]
    public async Task What_was_acknowledged_right_before_the_goodbye_does_not_come_again()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var socket = await OpenAsync();
            var sent = Enumerable.Range(0, 40).Select(n => Platform.SendText(LiLei.OpenId, $"{round}/{n}").Delivery).ToList();
            var pushes = new List<Frame>();
            while (pushes.Count < sent.Count)
            {
                pushes.Add(await socket.NextAsync());
            }

            foreach (var push in pushes)
            {
                await socket.AckAsync(push);
            }

            await socket.SayGoodbyeAsync();
            await Platform.WaitForAsync(() => sent.All(d => d.Acked || d.Attempts > 1), Patience);
            Assert.All(sent, d => Assert.Equal(1, d.Attempts));
            await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 0, Patience);
        }
    }

    [Fact]
    public async Task A_split_payload_travels_as_bytes_under_one_message_id_in_any_order()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Board.SplitAbove = 100;
        Platform.Faults.Board.ReorderPackets = true;
        var (_, delivery) = Platform.SendText(LiLei.OpenId, new string('汉', 200));

        var packets = new List<Lark.Wire.Frame> { await socket.NextAsync() };
        while (packets.Count < int.Parse(packets[0].Header("sum")!, System.Globalization.CultureInfo.InvariantCulture))
        {
            packets.Add(await socket.NextAsync());
        }

        Assert.Single(packets.Select(p => p.Header("message_id")).Distinct());
        Assert.Equal("0", packets[^1].Header("seq"));
        var whole = packets.OrderBy(p => int.Parse(p.Header("seq")!, System.Globalization.CultureInfo.InvariantCulture)).SelectMany(p => p.Payload.ToByteArray()).ToArray();
        Assert.Contains(new string('汉', 200), Encoding.UTF8.GetString(whole), StringComparison.Ordinal);

        await socket.AckAsync(packets[^1]);
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
    }

    [Fact]
    public async Task The_endpoint_can_be_made_to_refuse()
    {
        Platform.Faults.Board.RefuseEndpoint(1000040343, times: 2);

        Assert.Equal(1000040343, (await EndpointAsync()).Code);
        Assert.Equal(1000040343, (await EndpointAsync()).Code);
        Assert.Equal(0, (await EndpointAsync()).Code);
    }

    private static string EventId(Lark.Wire.Frame push) => JsonNode.Parse(push.Payload.ToStringUtf8())!["header"]!["event_id"]!.ToString();

    private static async Task<(string? Status, string? AuthErrCode)> RefusedAsync(string url)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri(url), CancellationToken.None));
        string? Header(string name) => socket.HttpResponseHeaders!.TryGetValue(name, out var values) ? values.Single() : null;
        return (Header("Handshake-Status"), Header("Handshake-Autherrcode"));
    }

    private Task<Reply> EndpointAsync() => PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });

    private async Task<string> AddressAsync() => (await EndpointAsync()).Data["URL"]!.ToString();

    /// <summary>A connection that the platform knows of.</summary>
    private async Task<TestSocket> OpenAsync()
    {
        var known = Platform.Connections.Open.Select(c => c.Id).ToHashSet();
        var socket = await TestSocket.OpenAsync(await AddressAsync());
        await Platform.WaitForAsync(() => Platform.Connections.Open.Any(c => !known.Contains(c.Id)), Patience);
        return socket;
    }
}
