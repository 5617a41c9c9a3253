using System.Net;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Flows;

/// <summary>A process ends while people come back with their codes: another finishes what it began.</summary>
public sealed class HandoverTests
{
    private const string TooMany = """{"code":99991400,"msg":"request trigger frequency limit"}""";

    [Theory]
    [BothEngines]
    public async Task A_code_whose_process_was_killed_is_exchanged_by_the_next(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, OwnProcess = true });
        var card = await AskedAsync(scene);
        var page = await ComeBackAsync(scene, card);
        await Eventually.TrueAsync("a call refused, the next one not yet on its way", () => scene.Platform.Faults.Board.Planned.Single().Left < int.MaxValue);

        // When the process dies, and its turn is over
        await scene.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => page);
        scene.Platform.Faults.Board.Reset();
        await scene.Database.ExecuteAsync("UPDATE authorization_sessions SET next_poll_at = created_at");
        await scene.StartServiceAsync();

        // Then nobody has to agree again
        await card.TurnsAsync("green");
        Assert.Equal(1, scene.Platform.Tokens.IssuedTo(scene.Ava.OpenId));
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task A_service_that_stops_hands_over_at_once_and_tells_the_browser()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var card = await AskedAsync(scene);
        var page = await ComeBackAsync(scene, card);

        var restarting = scene.StartServiceAsync();
        using var answer = await page;
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Contains("data-result=\"finishing\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        scene.Platform.Faults.Board.Reset();
        await restarting;

        await card.TurnsAsync("green", TimeSpan.FromSeconds(20));
        Assert.Equal(1, scene.Platform.Tokens.IssuedTo(scene.Ava.OpenId));
    }

    [Fact]
    public async Task Whoever_clicks_again_meanwhile_is_told_so_and_gets_no_second_link()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var card = await AskedAsync(scene);
        var page = await ComeBackAsync(scene, card);

        var seen = await scene.Ava.PressAsync(card, Person.Authorize);
        Assert.Contains("being finished", seen.Toast!.Content, StringComparison.Ordinal);
        scene.Platform.Faults.Board.Reset();

        using var answer = await page;
        Assert.Contains("data-result=\"authorized\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, scene.Platform.Tokens.IssuedTo(scene.Ava.OpenId));
    }

    private static async Task<ChatMessage> AskedAsync(Scene scene)
    {
        (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        return await scene.Ava.AskedAsync();
    }

    /// <summary>Ava has agreed and is back, but the platform takes no calls for now.</summary>
    /// <returns>The page she waits for.</returns>
    private static async Task<Task<HttpResponseMessage>> ComeBackAsync(Scene scene, ChatMessage card)
    {
        scene.Platform.Faults.Board.FailNext(Cluster.TokenPath, 429, TooMany, times: int.MaxValue);
        using var browser = new Browser(scene.Ava.OpenId);
        var back = await browser.AllowAndStayAsync(card.Link());
        var page = scene.Anonymous.GetAsync(back);
        await Eventually.TrueAsync("the code being kept", async () =>
            await scene.Database.CountAsync("authorization_sessions", "state = 'pending' AND state_hash IS NULL AND device_code IS NOT NULL") == 1);
        return page;
    }
}
