using System.Text.RegularExpressions;
using LarkService.Data;
using LarkService.Grants;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LarkService.IntegrationTests.Plans;

/// <summary>What every call of everybody waits for takes one statement each.</summary>
public sealed partial class HotPathTests
{
    [Theory]
    [BothEngines]
    public async Task A_grant_is_read_a_refresh_begun_and_its_tokens_stored_in_one_statement_each(Engine engine)
    {
        var recorded = new RecordedCommands();
        await using var scene = await Scene.StartAsync(new()
        {
            Engine = engine,
            Services = services => services.AddSingleton(provider => recorded.Watch(engine, provider.GetRequiredService<IOptions<ConnectionStringOptions>>().Value.Default)),
        });
        await scene.GrantAsync(scene.Ava, "auth:user.id:read", "offline_access");
        var user = new UserKey(scene.Options.Sandbox.AppId, scene.Ava.OpenId);

        // Reading
        var grants = scene.Inside<GrantReads>();
        Assert.NotNull(await grants.FindAsync(user, default));
        var reads = recorded.All.Where(c => OfThisUser(c, user) && c.Text.StartsWith("SELECT", StringComparison.Ordinal)).Count();
        await grants.FindAsync(user, default);
        Assert.Equal(reads + 1, recorded.All.Count(c => OfThisUser(c, user) && c.Text.StartsWith("SELECT", StringComparison.Ordinal)));

        // Refreshing
        scene.Clock.Advance(TimeSpan.FromSeconds(7201));
        recorded.Clear();
        Assert.IsType<TokenOutcome.Issued>(await scene.Inside<UserTokens>().GetAsync(user, ScopeSet.Empty, default));
        var updates = recorded.All.Where(c => c.Text.StartsWith("UPDATE", StringComparison.Ordinal) && c.Text.Contains("refresh_started_at", StringComparison.Ordinal)).ToList();
        Assert.Single(updates, c => !Rotation().IsMatch(c.Text)); // the lease, with the intent
        Assert.Single(updates, c => Rotation().IsMatch(c.Text));
        Assert.Equal(2, updates.Count);
    }

    private static bool OfThisUser(RecordedCommands.Command command, UserKey user) =>
        command.Text.Contains("user_grants", StringComparison.Ordinal) && command.Parameters.Any(p => Equals(p.Value, user.OpenId));

    [GeneratedRegex("\"?refresh_token\"? = @")]
    private static partial Regex Rotation();
}
