using LarkService.Data;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Hosting;
using LarkService.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.Bench;

/// <summary>The service's own parts over a database with grants; nothing of it listens or connects.</summary>
internal sealed class GrantStore : IAsyncDisposable
{
    private const string AppId = "cli_bench00000000";
    private readonly WebApplication _app;

    private GrantStore(WebApplication app) => _app = app;

    public UserTokens Tokens => _app.Services.GetRequiredService<UserTokens>();

    public static async Task<GrantStore> CreateAsync(string provider, string connectionString, int users)
    {
        var app = ServiceHost.Build(
        [
            "--Logging:LogLevel:Default=Warning", $"--Lark:Apps:0:AppId={AppId}", "--Lark:Apps:0:AppSecret=bench-app-secret-0123456789",
            $"--Database:Provider={provider}", $"--ConnectionStrings:Default={connectionString}", "--Encryption:ActiveKeyId=bench",
            $"--Encryption:Keys:bench={Convert.ToBase64String(new byte[32])}", "--Api:BootstrapKey=bench-bootstrap-key-0123456789abcdef",
        ]);
        await app.Services.GetRequiredService<DatabaseSchema>().MigrateAsync(CancellationToken.None);
        var store = new GrantStore(app);
        foreach (var some in Enumerable.Range(0, users).Chunk(500))
        {
            await store.AddAsync(some);
        }

        return store;
    }

    public static UserKey User(int number) => new(AppId, $"ou_{number:D20}");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task<bool> AddAsync(IEnumerable<int> numbers) => _app.Services.GetRequiredService<Database>().TransactAsync(async db =>
    {
        foreach (var number in numbers)
        {
            var user = User(number);
            var tokens = new TokenResponse(
                new Secret("u-" + new string('a', 2000)), TimeSpan.FromHours(2), new Secret("ur-" + new string('b', 2000)), TimeSpan.FromDays(7), ScopeSet.Of("offline_access", "auth:user.id:read"));
            await _app.Services.GetRequiredService<UserGrants>().StoreAsync(db, user, tokens, new(user.OpenId, null, null, "Somebody", null, null, null, null, null), CancellationToken.None);
        }

        await db.SaveChangesAsync();
        return true;
    }, CancellationToken.None);
}
