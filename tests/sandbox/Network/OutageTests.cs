using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace LarkSandbox.Tests.Network;

public sealed class OutageTests : WireTest
{
    [Theory]
    [InlineData(514, 1000040350L, 400)]
    [InlineData(403, null, 403)]
    [InlineData(null, null, 502)]
    public async Task So_many_handshakes_are_refused_as_told(int? status, long? code, int http)
    {
        var (first, second, third) = (await AddressAsync(), await AddressAsync(), await AddressAsync());
        await FaultAsync("refuse-handshake", new JsonObject { ["status"] = status, ["autherrcode"] = code, ["msg"] = "no way", ["times"] = 2 });

        var expected = (http, status?.ToString(System.Globalization.CultureInfo.InvariantCulture), code?.ToString(System.Globalization.CultureInfo.InvariantCulture), status is null ? null : "no way");
        Assert.Equal(expected, await RefusedAsync(first));
        Assert.Equal(expected, await RefusedAsync(second));
        await using var open = await TestSocket.OpenAsync(third);
    }

    [Fact]
    public async Task A_restart_cuts_everything_answers_nothing_and_forgets_tickets_but_no_token()
    {
        var (token, old) = (await TenantTokenAsync(), await AddressAsync());
        await using var socket = await OpenAsync();

        Assert.Equal(1, Platform.Faults.Restart(TimeSpan.FromHours(1)));

        await socket.Ended.WaitAsync(Patience);
        await Assert.ThrowsAsync<HttpRequestException>(EndpointAsync);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => TestSocket.OpenAsync(old));
        Assert.Equal(SocketError.ConnectionRefused, refused.InnerException?.InnerException is SocketException s ? s.SocketErrorCode : SocketError.Success);
        Assert.Equal(200, (await CallAsync(HttpMethod.Get, "/sandbox/api/state")).Status); // the page lives on
        Assert.Equal("restart", Platform.Faults.State().Outage!.Kind);

        Platform.Faults.Reset();
        Assert.Equal(403, (await RefusedAsync(old)).Http);
        await using var again = await OpenAsync();
        Assert.NotEqual(99991663, (await PostAsync("/open-apis/im/v1/messages?receive_id_type=open_id", new JsonObject(), token)).Code);
    }

    [Fact]
    public async Task A_restart_is_over_after_its_time()
    {
        await FaultAsync("restart", new JsonObject { ["seconds"] = 0.2 });
        await Platform.WaitForAsync(() => Platform.Faults.State().Outage is null, Patience);

        await using var again = await OpenAsync();
        Assert.Contains(Platform.Connections.State().History, m => m.What == "restarted");
    }

    [Theory]
    [InlineData("code 1", 200)]
    [InlineData("HTTP 503", 503)]
    public async Task Maintenance_says_goodbye_and_that_it_is_busy(string answer, int status)
    {
        var ticket = await AddressAsync();
        await using var socket = await OpenAsync();

        var reply = await FaultAsync("maintenance", new JsonObject { ["seconds"] = 600, ["answer"] = answer });

        Assert.Contains("1 connection closed", reply.Body["message"]!.ToString(), StringComparison.Ordinal);
        await socket.Ended.WaitAsync(Patience);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.ClosedWith);
        using var asked = await SendAsync(HttpMethod.Post, "/callback/ws/endpoint", new StringContent("{}"));
        Assert.Equal(status, (int)asked.StatusCode);
        Assert.Equal(status == 200, (await asked.Content.ReadAsStringAsync()).Contains("\"code\":1", StringComparison.Ordinal));
        Assert.Equal((503, "503"), await RefusedAsync(ticket) is var refused ? (refused.Http, refused.Status) : default);

        Platform.Faults.Reset();
        await using var again = await OpenAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_goodbye_is_cut_off()
    {
        using var client = await OpenTcpAsync();
        Platform.Faults.Maintain(TimeSpan.FromMinutes(1));

        // The goodbye, then the end of the line
        var buffer = new byte[64];
        using var limit = new CancellationTokenSource(Patience);
        var count = await client.GetStream().ReadAsync(buffer, limit.Token);
        Assert.Equal(0x88, buffer[0]);
        Assert.True(count > 2);
        await Platform.WaitForAsync(() => Platform.Connections.State().Open.Count == 0, Patience);
    }

    [Fact]
    public async Task Fewer_connections_may_be_allowed_while_running()
    {
        await using var first = await OpenAsync();
        await FaultAsync("limit", new JsonObject { ["connections"] = 1 });
        Assert.Equal(1000040350, (await EndpointAsync()).Code);

        await FaultAsync("limit");
        Assert.Equal(0, (await EndpointAsync()).Code);
    }
}
