using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using LarkSandbox.LongConnection;
using LarkSandbox.Network;

namespace LarkSandbox.Tests.Network;

public sealed class RelayTests : WireTest
{
    [Fact]
    public async Task Connections_pass_the_relay_and_both_directions_work()
    {
        var url = new Uri(await AddressAsync());
        Assert.NotEqual(Sandbox.Url.Port, url.Port);

        await using var socket = await TestSocket.OpenAsync(url.AbsoluteUri);
        await socket.PingAsync();

        Assert.Equal("pong", (await socket.NextAsync()).Header("type"));
        Assert.NotNull(Assert.Single(Platform.Connections.Open).Line);
    }

    [Fact]
    public async Task Latency_is_added_in_each_direction_and_can_be_taken_away_again()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Network = new NetworkConditions { Latency = TimeSpan.FromMilliseconds(200), Jitter = TimeSpan.FromMilliseconds(20) };

        Assert.InRange(await PingAsync(socket), TimeSpan.FromMilliseconds(395), Patience);

        Platform.Faults.Network = NetworkConditions.Perfect;
        using var limit = new CancellationTokenSource(Patience);
        while (await PingAsync(socket) > TimeSpan.FromMilliseconds(390)) // this machine may be late for itself
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_narrow_line_lets_so_many_bytes_pass_in_a_second()
    {
        await using var socket = await OpenAsync();
        Platform.Faults.Network = new NetworkConditions { BytesPerSecond = 40_000 };
        var started = TimeProvider.System.GetTimestamp();

        Platform.SendText(LiLei.OpenId, new string('x', 20_000));
        var push = await socket.NextAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.45), Patience);
        Assert.True(push.Payload.Length > 20_000);
    }

    [Fact]
    public async Task On_a_vanished_connection_nothing_passes_and_the_others_live_on()
    {
        await using var first = await OpenAsync();
        var victim = Assert.Single(Platform.Connections.Open);
        await using var second = await OpenAsync();

        Assert.Equal([victim.Id], Platform.Faults.Vanish(victim.Id));
        await first.PingAsync();
        await PingAsync(second);

        Assert.Equal(1, Platform.Wire.Counters["ping"]);
        Assert.False(first.Ended.IsCompleted);
        Assert.True(victim.IsMute);
        Assert.Equal([true, false], Platform.Connections.State().Open.Select(c => c.Silent));

        // The network comes back and knows nothing of it
        Platform.Faults.Reset();
        await first.Ended.WaitAsync(Patience);
        Assert.False(second.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_client_that_gives_a_vanished_connection_up_is_not_heard_doing_so()
    {
        var client = await OpenAsync();
        Platform.Faults.Vanish();
        await client.DisposeAsync();
        await using var other = await OpenAsync();
        await PingAsync(other);

        Assert.Equal(2, Platform.Connections.Open.Count);
    }

    [Fact]
    public async Task A_cut_is_an_RST()
    {
        using var client = await OpenTcpAsync();
        var connection = Assert.Single(Platform.Connections.Open);

        Assert.Equal([connection.Id], Platform.Faults.Cut());

        var broken = await Assert.ThrowsAsync<IOException>(() => client.GetStream().ReadExactlyAsync(new byte[1]).AsTask());
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(broken.InnerException).SocketErrorCode);
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 0, Patience);
    }

    [Fact]
    public async Task A_half_closed_connection_still_hears_the_service()
    {
        using var client = await OpenTcpAsync();

        Assert.Single(Platform.Faults.HalfClose());

        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]));
        await client.GetStream().WriteAsync(MaskedPing());
        await Platform.WaitForAsync(() => Platform.Wire.Counters["ping"] == 1, Patience);
    }

    [Fact]
    public async Task Refused_connects_are_refused_by_the_operating_system_while_open_lines_live_on()
    {
        await using var open = await OpenAsync();
        var address = new Uri(await AddressAsync());
        Platform.Faults.Network = new NetworkConditions { RefuseConnects = true };

        using var client = new TcpClient();
        var refused = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, address.Port));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await PingAsync(open);

        Platform.Faults.Network = NetworkConditions.Perfect;
        await using var again = await OpenAsync();
        await PingAsync(again);
    }

    [Fact]
    public async Task A_silent_network_lets_new_connections_hang_and_forgets_them_when_it_is_back()
    {
        await using var open = await OpenAsync();
        Platform.Faults.Network = new NetworkConditions { Silent = true };
        using var hanging = new ClientWebSocket();
        hanging.Options.Proxy = null;
        var handshake = hanging.ConnectAsync(new Uri(await AddressAsync()), CancellationToken.None);
        await Platform.WaitForAsync(() => Platform.Faults.State().Network.Vanished == 2, Patience);
        Assert.False(handshake.IsCompleted);
        Assert.False(open.Ended.IsCompleted);

        Platform.Faults.Network = NetworkConditions.Perfect;

        await Assert.ThrowsAsync<WebSocketException>(() => handshake);
        await open.Ended.WaitAsync(Patience);
        await using var again = await OpenAsync();
        await PingAsync(again);
    }

    private static async Task<TimeSpan> PingAsync(TestSocket socket)
    {
        var started = TimeProvider.System.GetTimestamp();
        await socket.PingAsync();
        Assert.Equal("pong", (await socket.NextAsync()).Header("type"));
        return TimeProvider.System.GetElapsedTime(started);
    }

    /// <summary>A ping frame inside a WebSocket message as clients send it: final, binary, masked (with zeros).</summary>
    private static byte[] MaskedPing()
    {
        byte[] frame = [0x08, 0, 0x10, 0, 0x18, 7, 0x20, 0, 0x2a, 12, 0x0a, 4, .. "type"u8, 0x12, 4, .. "ping"u8];
        return [0x82, (byte)(0x80 | frame.Length), 0, 0, 0, 0, .. frame];
    }
}

/// <summary>A simulator as tests and load tests start it: nothing stands in the way of a connection.</summary>
public sealed class NoRelayTests : SandboxTest
{
    [Fact]
    public async Task The_first_trouble_of_the_network_puts_the_relay_in_front_of_new_connections()
    {
        var direct = new Uri((await EndpointAsync()).Data["URL"]!.ToString());
        Assert.Equal(Sandbox.Url.Port, direct.Port);
        await using var open = await TestSocket.OpenAsync(direct.AbsoluteUri);
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 1, Patience);

        var reply = await PostAsync("/sandbox/api/faults/network", new JsonObject { ["latencyMs"] = 1 });

        Assert.Contains("drop them once", reply.Body["message"]!.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(Sandbox.Url.Port, new Uri((await EndpointAsync()).Data["URL"]!.ToString()).Port);
        Assert.Contains("No open connection", (await PostAsync("/sandbox/api/faults/vanish")).Body["message"]!.ToString(), StringComparison.Ordinal);
    }

    private Task<Reply> EndpointAsync() => PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });
}
