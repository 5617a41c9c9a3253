using BenchmarkDotNet.Attributes;
using LarkService.Grants;
using LarkService.Platform;

namespace LarkService.Bench;

/// <summary>A busy caller: the token lies in memory.</summary>
public class FromMemory
{
    private readonly UserKey _user = GrantStore.User(7);
    private readonly ScopeSet _scopes = ScopeSet.Of("auth:user.id:read");
    private GrantStore _store = null!;
    private UserTokens _tokens = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var file = Path.Combine(Environment.GetEnvironmentVariable("BENCH_WORK")!, $"memory-{Guid.NewGuid():N}.db");
        _store = await GrantStore.CreateAsync("Sqlite", $"Data Source={file}", users: 10);
        _tokens = _store.Tokens;
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _store.DisposeAsync();

    /// <summary>Once a second the token is read anew from the database; that is part of the mean.</summary>
    [Benchmark]
    public async ValueTask<object> Token() => await _tokens.GetAsync(_user, _scopes, CancellationToken.None);
}
