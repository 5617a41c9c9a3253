using System.Globalization;
using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Refresh;

/// <summary>Three processes on one PostgreSQL, a hundred callers each.</summary>
public sealed class OneRefreshTests
{
    private const int Replicas = 3;
    private const int Callers = 100;

    /// <summary>How often; <c>LARK_REFRESH_ROUNDS</c> asks for more.</summary>
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("LARK_REFRESH_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    [Fact]
    public async Task Three_processes_with_a_hundred_callers_each_refresh_once_for_an_expiry_and_nobody_waits_for_a_token_that_lives()
    {
        await using var scene = await Scene.PrepareAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect, OwnProcess = true });
        await scene.StartServiceAsync(scene.Settings());
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        List<HttpClient> clients = [Cluster.Client(scene, scene.Url.AbsoluteUri)];
        List<ServiceProcess> others = [];
        try
        {
            for (var i = 1; i < Replicas; i++)
            {
                var settings = Cluster.Beside(scene);
                others.Add(ServiceProcess.Start(settings));
                clients.Add(Cluster.Client(scene, settings["urls"]));
            }

            await Task.WhenAll(clients.Select(Cluster.ReadyAsync));
            for (var round = 1; round <= Rounds; round++)
            {
                await OneExpiryAsync(scene, clients, round);
            }

            await NobodyWaitsAsync(scene, clients);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
            foreach (var other in others)
            {
                await other.DisposeAsync();
            }
        }
    }

    private static async Task OneExpiryAsync(Scene scene, List<HttpClient> clients, int round)
    {
        // Given a token that has run out, and a platform that takes its time
        var before = scene.Platform.TokenCalls(Cluster.Refresh);
        await ExpireAsync(scene);
        scene.Platform.Faults.Board.DelayNext(Cluster.TokenPath, TimeSpan.FromMilliseconds(round % 3 * 200));

        // When everybody needs it at once
        var tokens = await AllAsync(scene, clients);

        // Then it was refreshed once, and everybody has the new one
        Assert.Equal(before + 1, scene.Platform.TokenCalls(Cluster.Refresh));
        Assert.NotNull(scene.Platform.Tokens.FindAccess(Assert.Single(tokens.Distinct())));
    }

    /// <summary>Later than anybody may keep the token of before in memory.</summary>
    private static async Task ExpireAsync(Scene scene)
    {
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1.5);
        await scene.Database.ExecuteAsync($"UPDATE user_grants SET access_expires_at = '{end:O}', version = version + 1");
        await Eventually.TrueAsync("the token's end", () => TimeProvider.System.GetUtcNow() > end);
    }

    private static async Task NobodyWaitsAsync(Scene scene, List<HttpClient> clients)
    {
        // Given a token near its end, and a platform that takes eight seconds
        var before = scene.Platform.TokenCalls(Cluster.Refresh);
        var present = Assert.Single((await AllAsync(scene, clients)).Distinct());
        await scene.Database.ExecuteAsync("UPDATE user_grants SET access_issued_at = clock_timestamp() - interval '1 hour', access_expires_at = clock_timestamp() + interval '5 minutes', version = version + 1");
        scene.Platform.Faults.Board.DelayNext(Cluster.TokenPath, TimeSpan.FromSeconds(8));

        // When the refresh behind is under way, then everybody has an answer before it has one
        await Eventually.TrueAsync("the refresh behind", async () =>
        {
            Assert.Equal(present, Assert.Single((await AllAsync(scene, clients, each: 1)).Distinct()));
            return !scene.Platform.Faults.Board.IsPlanned(Cluster.TokenPath);
        });
        Assert.Equal(present, Assert.Single((await AllAsync(scene, clients, each: 5)).Distinct()));
        Assert.Equal(before, scene.Platform.TokenCalls(Cluster.Refresh));
        await Eventually.TrueAsync("the next token", async () => !(await AllAsync(scene, clients, each: 1)).Contains(present));
        Assert.Equal(before + 1, scene.Platform.TokenCalls(Cluster.Refresh));
    }

    private static async Task<string[]> AllAsync(Scene scene, List<HttpClient> clients, int each = Callers) =>
        await Task.WhenAll(clients.SelectMany(c => Enumerable.Range(0, each).Select(_ => TokenAsync(c, scene.Ava))));

    private static async Task<string> TokenAsync(HttpClient client, Person person) =>
        (await new Api(client).GetAsync($"/api/v1/grants/{person.OpenId}/token")).Must(HttpStatusCode.OK)["accessToken"]!;
}
