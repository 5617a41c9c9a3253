using System.Text.Json;
using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

public sealed class ClientConfigTests
{
    private static readonly TimeSpan Ours = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("""{"PingInterval":5}""", 5)]
    [InlineData("""{"PingInterval":30}""", 30)]
    [InlineData("""{"PingInterval":120}""", 30)]
    [InlineData("""{"PingInterval":0}""", 30)]
    [InlineData("""{"PingInterval":-5}""", 30)]
    [InlineData("""{"PingInterval":601}""", 30)]
    [InlineData("""{"PingInterval":"5"}""", 30)]
    [InlineData("""{"PingInterval":1.5}""", 30)]
    [InlineData("""{"PingInterval":1e99}""", 30)]
    [InlineData("""{}""", 30)]
    [InlineData("""[]""", 30)]
    [InlineData("""null""", 30)]
    public void The_platform_shortens_the_heartbeat_and_never_lengthens_it(string json, int seconds) =>
        Assert.Equal(seconds, new ClientConfig().Updated(JsonElement.Parse(json)).Config.Heartbeat(Ours).TotalSeconds);

    [Fact]
    public void What_a_later_configuration_leaves_out_stays()
    {
        var (config, ignored) = new ClientConfig().Updated(JsonElement.Parse("""{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30,"PingInterval":10}"""));
        Assert.Equal(default, ignored);

        var (later, left) = config.Updated(JsonElement.Parse("""{"PingInterval":0,"ReconnectInterval":60}"""));
        Assert.Equal((60, 10, -1), (later.ReconnectInterval, later.PingInterval, later.ReconnectCount));
        Assert.Equal(new IgnoredConfig(Missing: 2, Absurd: 1), left);
    }

    [Fact]
    public void What_is_no_object_changes_nothing() =>
        Assert.Equal((new ClientConfig(), new IgnoredConfig(Unreadable: 1)), new ClientConfig().Updated(JsonElement.Parse("[1]")));
}
