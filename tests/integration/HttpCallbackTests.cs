using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.HttpPush;
using LarkSandbox.LongConnection;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>Events and clicks over HTTP, on real sockets: beside the long connection and instead of it.</summary>
public sealed class HttpCallbackTests
{
    [Theory]
    [BothEngines]
    public async Task With_the_long_connection_refused_a_question_a_click_and_the_answer_go_by_HTTP(Engine engine)
    {
        // Given a platform that refuses every long connection: the service is ready all the same
        await using var scene = await Scene.PrepareAsync(OverHttp.Options with { Engine = engine });
        scene.Platform.Faults.Board.RefuseEndpoint(403, times: int.MaxValue);
        await scene.StartServiceAsync();
        await scene.PushOverHttpAsync();
        await Eventually.TrueAsync("the degraded connection being told", async () =>
            (await new Api(scene.Anonymous).GetAsync("/health")).Json!["components"]!["long_connection"]!["status"]!.ToString() == "degraded");
        Assert.True(await scene.IsReadyAsync());

        // When a person asks and agrees
        var question = scene.Ava.Write("Hello?");
        var card = await scene.Ava.AskedAsync();
        await scene.Ava.AgreeAsync(card);

        // Then they get the answer, and nothing else than HTTP was used
        await scene.Ava.AnswerAsync(question);
        await card.TurnsAsync("green");
        Assert.Equal(0, scene.Platform.Connections.Opened);
        Assert.True(scene.InsidePlatform<HttpPushes>().Pushed >= 2);
        var health = await new Api(scene.Anonymous).GetAsync("/health");
        Assert.Contains(scene.Options.Sandbox.AppId, health.Json!["components"]!["http_callbacks"]!["detail"]!.ToString(), StringComparison.Ordinal);
        await Leaks.NoneAsync(scene);
        Assert.DoesNotContain(scene.AllOutput, line => line.Contains(OverHttp.EncryptKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_event_by_both_wires_is_handled_once()
    {
        await using var scene = await Scene.StartAsync(OverHttp.Options);
        await scene.ConnectedAsync();
        var asked = scene.InsidePlatform<Envelopes>().Event("auth.user_access_token.revoked_v4", new JsonObject { ["open_id"] = scene.Ava.OpenId });
        var first = scene.Platform.PushEvent((JsonObject)asked.DeepClone());
        await scene.Platform.WaitForAsync(() => first.Acked, Eventually.Patience);
        await scene.PushOverHttpAsync();
        var second = scene.Platform.PushEvent((JsonObject)asked.DeepClone());
        await scene.Platform.WaitForAsync(() => second.Acked, Eventually.Patience);

        Assert.Equal((1, 1), (first.Attempts, second.Attempts));
        Assert.Equal(1, await scene.Database.CountAsync("inbox_events"));
    }

    [Fact]
    public async Task What_is_written_while_the_service_is_away_arrives_by_redelivery()
    {
        await using var scene = await Scene.StartAsync(OverHttp.Options with { Sandbox = OverHttp.Options.Sandbox with { RedeliveryScale = 0.02 } });
        await scene.PushOverHttpAsync();
        await scene.Service.StopAsync();
        var (_, delivery) = scene.Platform.SendText(scene.Ava.OpenId, "/help");
        await scene.Platform.WaitForAsync(() => delivery.Attempts > 0, Eventually.Patience);
        await scene.StartServiceAsync();

        await scene.Ava.CardAsync("an answer", m => m.Text().Contains("What I can do", StringComparison.Ordinal));
        Assert.True(delivery.Attempts > 1);
    }

    [Fact]
    public async Task A_click_pushed_by_both_wires_is_answered_alike()
    {
        await using var scene = await Scene.StartAsync(OverHttp.Options);
        await scene.ConnectedAsync();
        var click = scene.InsidePlatform<Envelopes>().Callback("card.action.trigger", new JsonObject
        {
            ["operator"] = new JsonObject { ["open_id"] = scene.Ava.OpenId },
            ["token"] = "c-1",
            ["action"] = new JsonObject { ["value"] = new JsonObject { ["action"] = Person.AskAgain, ["open_id"] = scene.Ava.OpenId }, ["tag"] = "button" },
            ["context"] = new JsonObject { ["open_message_id"] = "om_x", ["open_chat_id"] = "oc_x" },
        });
        var pushes = scene.InsidePlatform<Pushes>();
        var bytes = Encoding.UTF8.GetBytes(click.ToJsonString());
        var one = Assert.IsType<PushResult.Answered>(await pushes.PushAsync(bytes, "callback", "a click", CancellationToken.None));
        await scene.PushOverHttpAsync();
        var two = Assert.IsType<PushResult.Answered>(await pushes.PushAsync(bytes, "callback", "a click", CancellationToken.None));

        Assert.Contains("on its way", Encoding.UTF8.GetString(one.Data!), StringComparison.Ordinal);
        Assert.Equal(one.Data, two.Data);
        await scene.Ava.AskedAsync();
        Assert.Single(scene.Ava.AuthorizationCards);
    }

    [Fact]
    public async Task A_message_of_nearly_four_megabytes_is_taken()
    {
        await using var scene = await Scene.StartAsync(OverHttp.Options);
        await scene.PushOverHttpAsync();
        var delivery = scene.Platform.PushEvent("auth.user_access_token.revoked_v4", new JsonObject { ["x"] = new string('x', 4_000_000) });
        await scene.Platform.WaitForAsync(() => delivery.Acked, Eventually.Patience);
        Assert.Equal(1, delivery.Attempts);
    }

    [Fact]
    public async Task With_neither_wire_the_start_warns_and_the_service_is_not_ready()
    {
        await using var scene = await Scene.PrepareAsync(new() { Flow = Flow.Redirect, Settings = { ["LongConnection:Enabled"] = "false" } });
        await scene.StartServiceAsync(untilReady: false);
        Assert.False(await scene.IsReadyAsync());
        Assert.Contains(scene.Service.Output, line => line.Contains("No event and no click can reach", StringComparison.Ordinal));
    }
}
