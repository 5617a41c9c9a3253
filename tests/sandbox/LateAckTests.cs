using System.Text.Json.Nodes;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Tests;

/// <summary>What happens after the time for an ack is over. Whatever comes in the end is acknowledged, for this machine may be late, too.</summary>
public sealed class LateAckTests : SandboxTest
{
    private protected override SandboxOptions Options { get; } = new()
    {
        AckDeadline = TimeSpan.FromSeconds(1),
        RedeliveryLadder = QuickLadder,
        RedeliveryScale = 1,
        PingInterval = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public async Task Without_an_ack_in_time_the_event_comes_again_and_the_late_ack_is_ignored()
    {
        await using var socket = await OpenAsync();
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "slow");
        var first = await socket.NextAsync();
        await socket.NextAsync();

        await socket.AckAsync(first);
        await socket.PingAsync();
        while ((await socket.NextAsync()).Header("type") != "pong")
        {
        }

        Assert.False(delivery.Acked);
        _ = socket.AckAllAsync();
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
    }

    [Fact]
    public async Task An_ack_must_echo_the_instance_id()
    {
        await using var socket = await OpenAsync();
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "echo");
        var push = await socket.NextAsync();
        await socket.AckAsync(push, change: ack => ack.Headers.Remove(ack.Headers.Single(h => h.Key == "instance_id")));

        await socket.NextAsync();
        Assert.Equal(0, Platform.Acks);
        _ = socket.AckAllAsync();
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
    }

    [Fact]
    public async Task An_event_without_a_connection_climbs_the_ladder_and_arrives_later()
    {
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "nobody home");
        await Platform.WaitForAsync(() => delivery.Attempts >= 1, Patience);

        await using var socket = await OpenAsync();
        _ = socket.AckAllAsync();
        await Platform.WaitForAsync(() => delivery.Acked, Patience);
        Assert.True(Platform.Wire.Counters["redelivered"] >= 1);
    }

    [Fact]
    public async Task A_silent_connection_stays_open_but_nothing_passes()
    {
        await using var socket = await OpenAsync();
        Assert.Equal(1, Platform.Faults.Silence(TimeSpan.FromHours(1)));
        await socket.PingAsync();
        var (_, delivery) = Platform.SendText(LiLei.OpenId, "hello?");
        await Platform.WaitForAsync(() => delivery.Attempts >= 2, Patience);

        Assert.False(socket.Ended.IsCompleted);
        Assert.Equal(0, Platform.Wire.Counters["pong"]);
    }

    private async Task<TestSocket> OpenAsync()
    {
        var reply = await PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });
        var socket = await TestSocket.OpenAsync(reply.Data["URL"]!.ToString());
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 1, Patience);
        return socket;
    }
}
