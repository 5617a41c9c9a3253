using System.Text.Json;
using LarkService.Data.Outbox;
using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Refresh;

/// <summary>The process that refreshes is killed: what became of the token, and who finds out.</summary>
public sealed class TakeoverTests
{
    private const string WrittenOff = "action = 'refresh_outcome_changed' AND result = 'reauthorization_required'";

    [Fact]
    public async Task A_refresh_whose_owner_was_killed_before_the_platform_acted_is_taken_over_within_fifteen_seconds()
    {
        // Given a process that is killed while the platform still thinks
        await using var scene = await GrantedAsync(Engine.Postgres);
        await using var other = await BesideAsync(scene);
        scene.Platform.Faults.Board.DelayNext(Cluster.TokenPath, TimeSpan.FromSeconds(30));
        await Cluster.ExpireAsync(scene);
        var asking = AskAsync(scene);
        await Eventually.TrueAsync("the refresh being sent", () => !scene.Platform.Faults.Board.IsPlanned(Cluster.TokenPath));
        await ((ServiceProcess)scene.Service).KillAsync();
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        // When somebody needs the token at another one
        var started = TimeProvider.System.GetTimestamp();
        var outcome = await other.Services.GetRequiredService<UserTokens>().GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None);

        // Then it waits for the lease, and no longer; the rest is for a machine that stands still in between
        Assert.NotNull(scene.Platform.Tokens.FindAccess(Assert.IsType<TokenOutcome.Issued>(outcome).Token.Value.Reveal()));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, RefreshLeases.Lifetime + TimeSpan.FromSeconds(10));
        Assert.Equal(1, scene.Platform.TokenCalls(Cluster.Refresh));
    }

    [Fact]
    public async Task A_token_that_was_spent_by_a_process_that_was_killed_is_found_by_itself_and_its_user_asked_within_ten_seconds()
    {
        // Given a process that is killed when the platform has acted and nothing is stored
        await using var scene = await GrantedAsync(Engine.Postgres);
        var asked = new Asked();
        await using var other = await BesideAsync(scene, asked);
        await SpendAndDieAsync(scene, "UPDATE user_grants SET access_expires_at = clock_timestamp() - interval '1 second', version = version + 1");
        Assert.Equal(0, await scene.Database.CountAsync("audit_log", WrittenOff));

        // When its lease is over, nobody having asked
        await scene.Database.ExecuteAsync("UPDATE user_grants SET refresh_lease_until = clock_timestamp()");
        var needs = await asked.First.Task.WaitAsync(TimeSpan.FromSeconds(6 + 10), TimeProvider.System); // found after 6 s at the latest

        // Then the platform's refusal is what ends the grant
        Assert.Equal((scene.Ava.OpenId, "code 20073"), (needs.OpenId, needs.Why));
        Assert.Equal(1, await scene.Database.CountAsync("audit_log", WrittenOff));
        Assert.Equal("reauthorization_required", await scene.Database.ScalarAsync("SELECT status FROM user_grants"));
    }

    [Fact]
    public async Task An_access_token_that_lives_goes_on_serving_although_its_refresh_token_was_lost_with_a_process()
    {
        await using var scene = await GrantedAsync(Engine.Postgres);
        var asked = new Asked();
        await using var other = await BesideAsync(scene, asked);
        var tokens = other.Services.GetRequiredService<UserTokens>();
        var present = Assert.IsType<TokenOutcome.Issued>(await tokens.GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None)).Token;
        await SpendAndDieAsync(scene, "UPDATE user_grants SET access_issued_at = clock_timestamp() - interval '1 hour', access_expires_at = clock_timestamp() + interval '5 minutes', version = version + 1");

        await scene.Database.ExecuteAsync("UPDATE user_grants SET refresh_lease_until = clock_timestamp()");
        await asked.First.Task.WaitAsync(TimeSpan.FromSeconds(6 + 10), TimeProvider.System);

        Assert.Equal(present.Value, Assert.IsType<TokenOutcome.Issued>(await tokens.GetAsync(User(scene), ScopeSet.Empty, CancellationToken.None)).Token.Value);
        Assert.Equal("active", await scene.Database.ScalarAsync("SELECT status FROM user_grants"));
    }

    [Fact]
    public async Task On_SQLite_a_restart_finds_what_the_killed_process_left()
    {
        await using var scene = await GrantedAsync(Engine.Sqlite);
        await SpendAndDieAsync(scene, "UPDATE user_grants SET access_expires_at = 0, version = version + 1");

        await scene.StartServiceAsync();

        await Eventually.TrueAsync("the grant being written off", async () => await scene.Database.CountAsync("audit_log", WrittenOff) == 1, TimeSpan.FromSeconds(15));
        Assert.Equal("reauthorization_required", await scene.GrantStatusAsync(scene.Ava));
    }

    /// <summary>The service refreshes, the answer is lost, and the service is killed before it tries again.</summary>
    private static async Task SpendAndDieAsync(Scene scene, string expiry)
    {
        scene.Platform.Faults.Board.LoseNextAnswer(Cluster.TokenPath);
        await scene.Database.ExecuteAsync(expiry);
        List<Task> asking = [];
        await Eventually.TrueAsync("the refresh being sent", () =>
        {
            asking.Add(AskAsync(scene)); // for a second the service may still have its old token in memory
            return scene.Platform.TokenCalls(Cluster.Refresh) == 1;
        });
        await ((ServiceProcess)scene.Service).KillAsync();
        await Task.WhenAll(asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(1, scene.Platform.TokenCalls(Cluster.Refresh));
        Assert.Equal(1, await scene.Database.CountAsync("user_grants", "refresh_started_at IS NOT NULL AND refresh_token IS NOT NULL"));
    }

    private static async Task<Scene> GrantedAsync(Engine engine)
    {
        var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect, OwnProcess = true });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        return scene;
    }

    private static Task<RunningService> BesideAsync(Scene scene, Asked? asked = null) => RunningService.StartAsync(Cluster.Beside(scene), TimeProvider.System, services =>
    {
        if (asked is not null)
        {
            services.AddOutboxSubscriber<Asked>(GrantTopics.ReauthorizationRequired);
            services.AddSingleton(asked);
        }
    });

    private static Task AskAsync(Scene scene) => scene.Api.GetAsync($"/api/v1/grants/{scene.Ava.OpenId}/token");

    private static UserKey User(Scene scene) => new(scene.Options.Sandbox.AppId, scene.Ava.OpenId);

    private sealed class Asked : IOutboxSubscriber
    {
        public TaskCompletionSource<GrantNeedsConsent> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            First.TrySetResult(payload.Deserialize<GrantNeedsConsent>(JsonSerializerOptions.Web)!);
            return Task.CompletedTask;
        }
    }
}
