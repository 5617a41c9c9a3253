using LarkSandbox.OAuth;
using LarkService.Data;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Hosting;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.RefreshChaos;

/// <summary>People whose access tokens live for seconds, and several services that refresh them.</summary>
internal sealed class RefreshScene : IAsyncDisposable
{
    private static readonly string[] Scopes = ["offline_access", "auth:user.id:read"];
    private readonly WebApplication _store;
    private readonly RunningService? _jumpy;

    private RefreshScene(Scene scene, WebApplication store, RunningService? jumpy, IReadOnlyList<MortalService> mortals)
    {
        (Scene, _store, _jumpy, Mortals) = (scene, store, jumpy, mortals);
    }

    public Scene Scene { get; }

    /// <summary>Processes that may be killed.</summary>
    public IReadOnlyList<MortalService> Mortals { get; }

    public RefreshLedger Ledger => Scene.InsidePlatform<RefreshLedger>();

    public IReadOnlyList<string> People { get; private set; } = [];

    /// <summary>Where callers find a service.</summary>
    public IReadOnlyList<Uri> Urls => [.. Mortals.Select(m => m.Url), .. _jumpy is null ? [] : (IEnumerable<Uri>)[Scene.Url]];

    /// <param name="engine">With SQLite there can be one service.</param>
    /// <param name="lifetime">Of access tokens.</param>
    /// <param name="mortals">Services that may be killed.</param>
    /// <param name="withJumpy">One more, whose clock may jump.</param>
    public static async Task<RefreshScene> StartAsync(Engine engine, TimeSpan lifetime, int mortals, bool withJumpy = false)
    {
        var scene = await Scene.PrepareAsync(new()
        {
            Engine = engine,
            Sandbox = Scene.QuickSandbox with { ExtraUsers = 60, AccessTokenLifetime = lifetime, MessagesPerSecondPerReceiver = 0, RecordWire = false },
            Settings = new()
            {
                ["Logging:LogLevel:Default"] = "Warning",

                // What is tried here needs no connection, and a start is quicker without.
                ["LongConnection:Enabled"] = "false",
                ["Lark:Apps:0:VerificationToken"] = "chaos-verification-token",
            },
        });
        var store = ServiceHost.Build([.. scene.Settings().Select(s => $"--{s.Key}={s.Value}")]);
        await store.Services.GetRequiredService<DatabaseSchema>().MigrateAsync(CancellationToken.None);

        // One of the services lives in this process: its clock can be made to jump.
        var jumpy = withJumpy ? await RunningService.StartAsync(scene.Settings(), scene.Clock) : null;
        var mortal = Enumerable.Range(0, mortals).Select(_ => new MortalService(scene)).ToList();
        mortal.ForEach(m => m.Start());
        await Task.WhenAll(mortal.Select(m => m.ReadyAsync()));
        var all = new RefreshScene(scene, store, jumpy, mortal) { People = [.. scene.Platform.Users.Select(u => u.OpenId)] };
        foreach (var openId in all.People)
        {
            await all.AgreeAsync(openId);
        }

        return all;
    }

    /// <summary>The person agrees, and the service has the tokens: what a consent comes to, without its card.</summary>
    public async Task AgreeAsync(string openId)
    {
        var pair = Scene.Platform.Grant(openId, Scopes);
        var user = new UserKey(Scene.Options.Sandbox.AppId, openId);
        var tokens = new TokenResponse(
            new Secret(pair.Access.Value), Scene.Options.Sandbox.AccessTokenLifetime, new Secret(pair.Refresh!.Value), Scene.Options.Sandbox.RefreshTokenLifetime, ScopeSet.Of(Scopes));
        await _store.Services.GetRequiredService<Database>().TransactAsync(async db =>
        {
            await _store.Services.GetRequiredService<UserGrants>().StoreAsync(db, user, tokens, new(openId, null, null, "Somebody", null, null, null, null, null), CancellationToken.None);
            await db.SaveChangesAsync();
            return true;
        }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var mortal in Mortals)
        {
            await mortal.DisposeAsync();
        }

        await (_jumpy?.DisposeAsync() ?? default);
        await _store.DisposeAsync();
        await Scene.DisposeAsync();
    }
}
