using System.Text.Json.Nodes;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;
using Microsoft.Extensions.DependencyInjection;

namespace LarkSandbox.Tests.Network;

public sealed class FrameFaultTests : WireTest
{
    /// <summary>What is lost comes again after a second. Whoever waits for an ack here takes any that comes, for this machine may be late, too.</summary>
    private protected override SandboxOptions Options => base.Options with { AckDeadline = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task A_lost_push_never_arrives_and_comes_again_later()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Frames = new FrameConditions { PushLoss = 100 };
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "lost");
        await Platform.WaitForAsync(() => Lost("to-service", "lost: event") >= 2, Patience);

        Platform.Faults.Frames = FrameConditions.Perfect;
        var seen = socket.AckAllAsync();

        await Platform.WaitForAsync(() => delivery.Acked, Patience);
        Assert.True(delivery.Attempts >= 3, $"{delivery.Attempts}");
        Platform.Faults.DropConnections();
        Assert.Equal(delivery.Attempts - Lost("to-service", "lost: event"), (await seen).Count);
    }

    [Fact]
    public async Task Of_a_split_push_a_single_packet_gets_lost()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Board.SplitAbove = 100;
        Platform.Faults.Frames = new FrameConditions { PushLoss = 100 };
        Platform.SendText(LiLei.OpenId, "in packets");
        var first = await socket.NextAsync();
        var seen = new List<int> { Number(first, "seq") };
        while (await socket.NextAsync() is { } next && next.Header("message_id") == first.Header("message_id"))
        {
            seen.Add(Number(next, "seq"));
        }

        Assert.Equal(Number(first, "sum") - 1, seen.Count);
    }

    [Fact]
    public async Task A_lost_ack_brings_the_event_again()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Frames = new FrameConditions { AckLoss = 100 };
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "acked in vain");
        await socket.AckAsync(await socket.NextAsync());

        await socket.NextAsync();
        Platform.Faults.Frames = FrameConditions.Perfect;
        Assert.False(delivery.Acked);
        _ = socket.AckAllAsync();
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
    }

    [Fact]
    public async Task A_lost_pong_leaves_the_connection_open()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Frames = new FrameConditions { PongLoss = 100 };
        await socket.PingAsync();
        await Platform.WaitForAsync(() => Lost("to-service", "lost: pong") == 1, Patience);

        Platform.Faults.Frames = FrameConditions.Perfect;
        await socket.PingAsync();
        await socket.NextAsync();

        Assert.Equal(1, Platform.Wire.Counters["pong"]);
    }

    [Fact]
    public async Task A_duplicate_has_the_same_event_id_and_another_message_id()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Frames = new FrameConditions { Duplicates = 100 };
        Platform.SendText(LiLei.OpenId, "twice");

        var (first, second) = (await socket.NextAsync(), await socket.NextAsync());

        Assert.Equal(first.Payload, second.Payload);
        Assert.NotEqual(first.Header("message_id"), second.Header("message_id"));
    }

    [Fact]
    public async Task Pushes_overtake_each_other_and_none_is_missing()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Frames = new FrameConditions { ReorderWithin = TimeSpan.FromMilliseconds(300) };
        var sent = Enumerable.Range(0, 30).Select(n => Platform.SendText(LiLei.OpenId, $"{n}").Message.MessageId).ToList();

        var seen = new List<string>();
        while (seen.Count < sent.Count)
        {
            var push = await socket.NextAsync();
            await socket.AckAsync(push);
            var id = JsonNode.Parse(push.Payload.ToStringUtf8())!["event"]!["message"]!["message_id"]!.ToString();
            seen.AddRange(seen.Contains(id) ? [] : [id]); // a late ack brings one again
        }

        Assert.NotEqual(sent, seen);
        Assert.Equal(sent.Order(), seen.Order());
    }

    [Theory]
    [InlineData("""{"PingInterval":7}""")]
    [InlineData("""{"PingInterval":-5,"ReconnectNonce":"soon"}""")]
    [InlineData("no JSON at all")]
    public async Task A_pong_carries_what_it_is_told_to(string payload)
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Board.PongPayload = payload;
        await socket.PingAsync();

        Assert.Equal(payload, (await socket.NextAsync()).Payload.ToStringUtf8());
    }

    [Fact]
    public async Task Where_chats_are_ordered_an_event_without_ack_holds_up_its_own_chat_only()
    {
        await using var ordered = await SandboxHost.StartAsync(Options with { OrderedChats = true });
        var address = await PostAsync(new Uri(ordered.Url, "/callback/ws/endpoint").AbsoluteUri, new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });
        await using var socket = await TestSocket.OpenAsync(address.Data["URL"]!.ToString());
        ordered.Platform.SendText(LiLei.OpenId, "one");
        ordered.Platform.SendText(LiLei.OpenId, "two");
        ordered.Platform.SendText(HanMeimei.OpenId, "else");

        // Without an ack the first comes again and again; the other chat is served, the one behind it is not
        var push = await socket.NextAsync();
        for (var ones = 0; Text(push) == "else" || ones < 2; push = await socket.NextAsync())
        {
            ones += Text(push) == "one" ? 1 : 0;
            Assert.NotEqual("two", Text(push));
            await (Text(push) == "else" ? socket.AckAsync(push) : Task.CompletedTask);
        }

        // Once it is acknowledged, it is the next one's turn
        for (; Text(push) != "two"; push = await socket.NextAsync())
        {
            await socket.AckAsync(push);
        }
    }

    [Fact]
    public void A_share_is_a_share()
    {
        Platform.Faults.Frames = new FrameConditions { PushLoss = 30 };
        var dice = Sandbox.Services.GetRequiredService<FrameFaults>();

        Assert.InRange(Enumerable.Range(0, 2000).Count(_ => dice.LosesPush()), 450, 750);
        Assert.False(dice.LosesAck());
    }

    private int Lost(string direction, string title) =>
        Platform.Wire.Last(500).Count(e => e.Kind == "fault" && e.Direction == direction && e.Title.StartsWith(title, StringComparison.Ordinal));

    private static string Text(Lark.Wire.Frame push) =>
        JsonNode.Parse(JsonNode.Parse(push.Payload.ToStringUtf8())!["event"]!["message"]!["content"]!.ToString())!["text"]!.ToString();
}
