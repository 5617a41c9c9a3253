using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>Neither the database nor the logs ever hold a token, a code or a key.</summary>
public sealed class SecretsTests
{
    [Theory]
    [BothEngines]
    public async Task After_everything_that_can_happen_to_a_grant_no_secret_is_in_the_database_or_in_the_logs(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, OwnProcess = true });
        var (lei, mei, ava) = (scene.Lei, scene.Mei, scene.Ava);

        // The redirect flow, with a wrong person, a replayed link and a made-up code before the right one
        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();
        var first = await ava.OpenAsync(card);
        using (var stranger = new Browser(mei.OpenId))
        {
            var back = await stranger.AllowAndStayAsync(first);
            Assert.Equal("wrongperson", (await stranger.OpenAsync(back)).Result);
            Assert.Equal("unknownlink", (await stranger.OpenAsync(back)).Result);
        }

        await Eventually.TrueAsync("a fresh link", () => card.Link() != first);
        await ava.AgreeAsync(card);
        await ava.AnswerAsync(question);
        await Leaks.NoneAsync(scene);

        // The device flow
        await scene.StartServiceAsync(Changed(scene, "Authorization:Flow", nameof(Flow.Device)));
        var leis = lei.Write("你好？ Hello?");
        await lei.AgreeAsync(await lei.AskedAsync());
        await lei.AnswerAsync(leis);

        // A refused token and its refresh, a consent taken back on the platform, and one taken back here
        scene.Platform.Faults.ExpireTokens(ava.OpenId);
        await ava.AnswerAsync(ava.Write("Still there?"));
        Assert.Equal(1, scene.Platform.TokenCalls("refresh_token"));
        scene.Platform.Faults.RevokeGrant(lei.OpenId);
        await lei.CardAsync("the news of the revocation", m => m.Text().Contains("removed", StringComparison.Ordinal));
        ava.Write("/revoke");
        await ava.CardAsync("the news of the revocation", m => m.Text().Contains("removed", StringComparison.Ordinal));

        Assert.True(scene.Platform.IssuedSecrets.Count > 15);
        await Leaks.NoneAsync(scene);
        await scene.Service.StopAsync();
        await Leaks.NoneAsync(scene);
    }

    [Fact]
    public async Task With_the_most_talkative_logs_no_secret_is_in_them()
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Flow = Flow.Redirect,
            OwnProcess = true,
            Settings = { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft"] = "Trace", ["Logging:LogLevel:System"] = "Trace" },
        });
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
        scene.Platform.Faults.ExpireTokens(ava.OpenId);
        await ava.AnswerAsync(ava.Write("Still there?"));
        await scene.Service.StopAsync();
        await Leaks.NoneAsync(scene);
    }

    private static Task LogsAreCleanAsync(Scene scene) => Leaks.NoneAsync(scene);

    private static Dictionary<string, string> Changed(Scene scene, string key, string value)
    {
        var settings = scene.Settings();
        settings[key] = value;
        return settings;
    }
}
