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

    [Theory]
    [BothEngines]
    public async Task After_refreshes_a_rotation_of_the_keys_and_calls_that_waited_no_secret_is_in_a_dump_in_the_logs_or_in_the_metrics(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Engine = engine,
            Flow = Flow.Redirect,
            OwnProcess = true,
            Settings =
            {
                ["Encryption:Keys:next"] = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
                ["Logging:LogLevel:Default"] = "Trace",
                ["Logging:LogLevel:Microsoft"] = "Trace",
                ["Logging:LogLevel:System"] = "Trace",
            },
        });
        var (ava, mei) = (scene.Ava, scene.Mei);
        await scene.GrantAsync(ava, Scene.AiScopes);
        var tokenOf = $"/api/v1/grants/{ava.OpenId}/token";
        (await scene.Api.GetAsync(tokenOf)).Must(System.Net.HttpStatusCode.OK);

        // A question waits, sealed with the old key, while everything is sealed anew
        var question = mei.Write("What only Mei and the bot may know");
        var card = await mei.AskedAsync();
        await scene.StartServiceAsync(Changed(scene, "Encryption:ActiveKeyId", "next"));
        var rotation = await ServiceProcess.RunAsync(Changed(scene, "Encryption:ActiveKeyId", "next"), "keys", "rotate");
        Assert.Equal(0, rotation.ExitCode);
        await mei.AgreeAsync(card);
        await mei.AnswerAsync(question);

        // Refreshes, wished for and needed, one of them refused
        (await scene.Api.PostAsync($"/api/v1/grants/{ava.OpenId}/refresh", new { })).Must(System.Net.HttpStatusCode.OK);
        scene.Platform.Faults.ExpireTokens(ava.OpenId);
        await ava.AnswerAsync(ava.Write("Still there?"));
        scene.Platform.Tokens.RevokeAll(mei.OpenId);
        (await scene.Api.PostAsync($"/api/v1/grants/{mei.OpenId}/refresh", new { })).MustBeProblem(System.Net.HttpStatusCode.Forbidden, "authorization-required");
        (await scene.Api.DeleteAsync($"/api/v1/grants/{ava.OpenId}")).Must(System.Net.HttpStatusCode.NoContent);

        var metrics = await scene.Anonymous.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("lark_service_token_refresh_total", metrics, StringComparison.Ordinal);
        var verified = await ServiceProcess.RunAsync(Changed(scene, "Encryption:ActiveKeyId", "next"), "keys", "verify");
        Assert.Equal(0, verified.ExitCode);
        await Leaks.NoneAsync(scene, ("/metrics", metrics), ("keys rotate", rotation.Output + rotation.Errors), ("keys verify", verified.Output + verified.Errors));
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

    private static Dictionary<string, string> Changed(Scene scene, string key, string value)
    {
        var settings = scene.Settings();
        settings[key] = value;
        return settings;
    }
}
