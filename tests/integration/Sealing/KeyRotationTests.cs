using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkService.Data;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Grants.Sealing;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;

namespace LarkService.IntegrationTests.Sealing;

/// <summary><c>keys rotate</c> and <c>keys verify</c> beside a service at work.</summary>
public sealed partial class KeyRotationTests
{
    private const int Many = 2500;
    private static readonly string NewKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Theory]
    [BothEngines]
    public async Task While_everything_is_sealed_anew_no_read_and_no_refresh_fails_even_if_the_rotation_is_killed_midway(Engine engine)
    {
        // Given a service with both keys that seals with the new one, and many grants sealed with the old one
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        await scene.GrantAsync(scene.Mei, Scene.AiScopes);
        await StoreManyAsync(scene);
        var settings = Settings(scene, "next", old: true);
        await scene.StartServiceAsync(settings);
        await using var crowd = new Crowd(scene);

        // When the rotation is killed midway and run again
        await using (var killed = ServiceProcess.Start(settings, "keys", "rotate"))
        {
            await Eventually.TrueAsync("some progress", () => Begun().IsMatch(killed.Errors));
            await killed.KillAsync();
        }

        Assert.Equal(["started"], await RotationsAsync(scene));
        var halfway = await SurveyAsync(scene);
        Assert.True(halfway.NotOn("next") is > 0 and < 2 * Many, halfway.ToString());
        var (exit, output, errors) = await ServiceProcess.RunAsync(settings, "keys", "rotate", "--json");

        // Then it went on where it stopped, and nobody noticed
        Assert.True(exit == 0, output + errors);
        var result = JsonNode.Parse(output)!;
        Assert.Equal((0, 0), ((int)result["left"]!, result["faults"]!.AsArray().Count));
        Assert.InRange((int)result["resealed"]!, 1, (int)halfway.NotOn("next"));
        Assert.Equal(["started", "started", "finished"], await RotationsAsync(scene));
        var (reads, refreshes) = await crowd.StopAsync();
        Assert.True(reads > 20 && refreshes > 1, $"{reads} reads and {refreshes} refreshes");
        Assert.Equal(refreshes, scene.Platform.TokenCalls("refresh_token"));

        // And the old key is not needed any more
        settings = Settings(scene, "next", old: false);
        var verified = await ServiceProcess.RunAsync(settings, "keys", "verify", "--json");
        Assert.Equal((0, "next"), (verified.ExitCode, Assert.Single(JsonNode.Parse(verified.Output)!["keys"]!.AsArray())!["keyId"]!.ToString()));
        await scene.StartServiceAsync(settings);
        (await scene.Api.GetAsync($"/api/v1/grants/{scene.Ava.OpenId}/token")).Must(HttpStatusCode.OK);
        (await scene.Api.GetAsync($"/api/v1/grants/{Somebody(7)}/token")).Must(HttpStatusCode.OK);
    }

    [Theory]
    [BothEngines]
    public async Task A_key_that_is_missing_is_named_with_the_number_of_values_and_nothing_is_touched(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var values = (await SurveyAsync(scene)).Values;
        var before = await scene.Database.RowsAsync("SELECT access_token, refresh_token, version FROM user_grants");
        var settings = Settings(scene, "next", old: false);

        var rotate = await ServiceProcess.RunAsync(settings, "keys", "rotate");
        Assert.Equal((1, ""), (rotate.ExitCode, rotate.Output));
        Assert.Equal($"The key 'test' is not configured, and {values} values need it: set Encryption__Keys__test.\nNothing was changed.", rotate.Errors);
        var verify = await ServiceProcess.RunAsync(settings, "keys", "verify", "--json");
        Assert.Equal(1, verify.ExitCode);
        var missing = Assert.Single(JsonNode.Parse(verify.Output)!["missingKeys"]!.AsArray())!;
        Assert.Equal(("test", values), (missing["keyId"]!.ToString(), (long)missing["values"]!));
        Assert.Equal(before, await scene.Database.RowsAsync("SELECT access_token, refresh_token, version FROM user_grants"));
        Assert.Empty(await RotationsAsync(scene));

        // The service without it answers that it cannot, and loses nothing
        await scene.StartServiceAsync(settings);
        var tokenOf = $"/api/v1/grants/{scene.Ava.OpenId}/token";
        (await scene.Api.GetAsync(tokenOf)).MustBeProblem(HttpStatusCode.InternalServerError, "internal");
        (await scene.Api.PostAsync($"/api/v1/grants/{scene.Ava.OpenId}/refresh", new { })).MustBeProblem(HttpStatusCode.InternalServerError, "internal");
        Assert.Contains(scene.AllOutput, line => line.Contains("Encryption__Keys__test", StringComparison.Ordinal));
        Assert.Equal("active", await scene.GrantStatusAsync(scene.Ava));
        await scene.StartServiceAsync(Settings(scene, "next", old: true));
        (await scene.Api.GetAsync(tokenOf)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task People_are_told_what_there_is_and_what_was_done()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var settings = Settings(scene, "next", old: true);
        var values = (await SurveyAsync(scene)).Values;

        var before = await ServiceProcess.RunAsync(settings, "keys", "verify");
        Assert.Equal((0, $"test: {values} values\nAll {values} sealed values open."), (before.ExitCode, before.Output));
        var rotate = await ServiceProcess.RunAsync(settings, "keys", "rotate");
        Assert.Equal((0, $"{values} values were sealed anew with 'next'."), (rotate.ExitCode, rotate.Output));
        Assert.Contains($"100 % ({values} of {values})", rotate.Errors, StringComparison.Ordinal);
        var again = await ServiceProcess.RunAsync(settings, "keys", "rotate");
        Assert.Equal((0, $"All {values} values are sealed with 'next' already.", ""), (again.ExitCode, again.Output, again.Errors));
    }

    [GeneratedRegex("[1-9][0-9] %")]
    private static partial Regex Begun();

    private static Dictionary<string, string> Settings(Scene scene, string active, bool old)
    {
        var settings = scene.Settings();
        settings["Encryption:ActiveKeyId"] = active;
        settings["Encryption:Keys:next"] = NewKey;
        if (!old)
        {
            settings.Remove("Encryption:Keys:test");
        }

        return settings;
    }

    private static string Somebody(int number) => $"ou_{number:x32}";

    // Two tokens each; nobody of them exists on the platform.
    private static Task StoreManyAsync(Scene scene) => scene.Inside<Database>().TransactAsync(async db =>
    {
        for (var i = 0; i < Many; i++)
        {
            var user = new UserKey(scene.Options.Sandbox.AppId, Somebody(i));
            var tokens = new TokenResponse(new Secret($"access-{i}"), TimeSpan.FromHours(2), new Secret($"refresh-{i}"), TimeSpan.FromDays(7), ScopeSet.Parse("offline_access"));
            await scene.Inside<UserGrants>().StoreAsync(db, user, tokens, new UserInfo(user.OpenId, null, null, "", null, null, null, null, null), CancellationToken.None);
        }

        return await db.SaveChangesAsync();
    }, CancellationToken.None);

    private static Task<SealSurvey> SurveyAsync(Scene scene) => scene.Inside<SealCheck>().SurveyAsync(CancellationToken.None);

    private static async Task<IEnumerable<string>> RotationsAsync(Scene scene) =>
        (await scene.Database.RowsAsync("SELECT result FROM audit_log WHERE action = 'key_rotation' AND actor = 'operator' ORDER BY number")).Select(r => (string)r[0]!);

    /// <summary>Callers that read tokens all the time, and one that refreshes; none of them accepts a failure.</summary>
    private sealed class Crowd : IAsyncDisposable
    {
        /// <summary>Between two refreshes of a person: so few a minute that neither the platform nor our own pace holds them up.</summary>
        private static readonly TimeSpan RefreshPause = TimeSpan.FromSeconds(0.3);

        /// <summary>Between two reads of a caller, so that the rotation has its share of a slow machine.</summary>
        private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(10);

        private readonly Scene _scene;
        private readonly CancellationTokenSource _end = new();
        private readonly Task[] _callers;
        private int _reads;
        private int _refreshes;

        public Crowd(Scene scene)
        {
            _scene = scene;
            _callers = [RefreshAsync(), .. Enumerable.Range(0, 3).Select(ReadAsync)];
        }

        public async Task<(int Reads, int Refreshes)> StopAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_callers);
            return (_reads, _refreshes);
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_callers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task PauseAsync(TimeSpan pause) =>
            await Task.Delay(pause, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        private async Task ReadAsync(int reader)
        {
            for (var i = reader; !_end.IsCancellationRequested; i = (i + 7) % Many)
            {
                (await _scene.Api.GetAsync($"/api/v1/grants/{(i % 5 == 0 ? _scene.Ava.OpenId : Somebody(i))}/token")).Must(HttpStatusCode.OK);
                Interlocked.Increment(ref _reads);
                await PauseAsync(ReadPause);
            }
        }

        private async Task RefreshAsync()
        {
            while (!_end.IsCancellationRequested)
            {
                foreach (var person in (Person[])[_scene.Ava, _scene.Mei])
                {
                    (await _scene.Api.PostAsync($"/api/v1/grants/{person.OpenId}/refresh", new { })).Must(HttpStatusCode.OK);
                    Interlocked.Increment(ref _refreshes);
                }

                await PauseAsync(RefreshPause);
            }
        }
    }
}
