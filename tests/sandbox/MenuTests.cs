using System.Text.Json.Nodes;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Tests;

/// <summary>Entries of the bot's menu.</summary>
public sealed class MenuTests : SandboxTest
{
    [Theory]
    [InlineData("auth", 204)]
    [InlineData("", 400)]
    [InlineData("a key of more than thirty letters", 400)]
    public async Task Choosing_an_entry_pushes_its_event(string key, int status)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/sandbox/api/menu", Body(LiLei.OpenId, key));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 204 ? 1 : 0, Platform.Deliveries.Count(d => d.EventType == "application.bot.menu_v6"));
    }

    [Fact]
    public async Task Nobody_else_can_choose()
    {
        using var answer = await SendAsync(HttpMethod.Post, "/sandbox/api/menu", Body("ou_0", "auth"));
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Fact]
    public void The_event_has_the_platforms_shape()
    {
        var menu = new Envelopes(Options, Clock).MenuChosen(LiLei, "auth");

        Assert.Equal(("application.bot.menu_v6", "2.0"), ((string?)menu["header"]!["event_type"], (string?)menu["schema"]));
        Assert.Equal((LiLei.OpenId, LiLei.Name, "auth"), ((string?)menu["event"]!["operator"]!["operator_id"]!["open_id"], (string?)menu["event"]!["operator"]!["operator_name"], (string?)menu["event"]!["event_key"]));
        Assert.Equal(10, ((long)menu["event"]!["timestamp"]!).ToString(System.Globalization.CultureInfo.InvariantCulture).Length); // seconds
    }

    private static StringContent Body(string openId, string key) =>
        new(new JsonObject { ["openId"] = openId, ["eventKey"] = key }.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
}
