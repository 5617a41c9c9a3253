using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

public sealed class ConnectionAddressTests
{
    [Theory]
    [InlineData("wss://msg.example.com/ws/v2?aid=1&device_id=7&service_id=3&ticket=t", true)]
    [InlineData("ws://127.0.0.1:5000/ws?aid=1", true)]
    [InlineData("ws://localhost:5000/ws?aid=1", true)]
    [InlineData("ws://[::1]:5000/ws?aid=1", true)]
    [InlineData("ws://msg.example.com/ws", false)]
    [InlineData("https://msg.example.com/ws", false)]
    [InlineData("/ws", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_encrypted_addresses_are_opened_except_on_this_machine(string? url, bool accepted) =>
        Assert.Equal(accepted, ConnectionAddress.Read(url, new()) is not null);

    [Fact]
    public void It_holds_what_pings_and_logs_need_and_does_not_print_its_ticket()
    {
        var address = ConnectionAddress.Read("wss://h/ws?aid=1&device_id=740&service_id=33554678&ticket=geheim", new())!;
        Assert.Equal((33554678, "740"), (address.ServiceId, address.ConnectionId));
        Assert.DoesNotContain("geheim", address.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", new ConnectionPhase.Connected(new OpenConnection(null!, address), 0).ToString(), StringComparison.Ordinal);
    }
}
