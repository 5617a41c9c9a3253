using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

public sealed class GrantReadsTests : IAsyncLifetime
{
    private readonly Scene _scene = new();
    private readonly GrantReads _reads;

    public GrantReadsTests() => _reads = new GrantReads(_scene.Database, _scene.Seal, _scene.Clock);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        _scene.Dispose();
    }

    [Fact]
    public async Task Everybody_gets_their_own_and_who_never_agreed_gets_nothing()
    {
        List<UserKey> agreed = [.. Enumerable.Range(0, 20).Select(i => new UserKey(i % 3 == 0 ? "cli_other" : Some.User.AppId, $"ou_{i}"))];
        foreach (var user in agreed)
        {
            await _scene.GrantAsync(access: $"access of {user}", user: user);
        }

        List<UserKey> asked = [.. agreed, .. agreed.Select(u => u with { AppId = u.AppId == "cli_other" ? Some.User.AppId : "cli_other" }), .. agreed];
        var found = await Task.WhenAll(asked.Select(user => _reads.FindAsync(user, CancellationToken.None)));

        Assert.All(asked.Zip(found), pair => Assert.Equal(agreed.Contains(pair.First) ? $"access of {pair.First}" : null, pair.Second is { } grant ? _reads.Open(grant).Reveal() : null));
    }

    [Fact]
    public async Task Those_who_come_while_a_read_is_under_way_share_the_next_one()
    {
        using var go = new ManualResetEventSlim();
        var reads = 0;
        _scene.Opening = () =>
        {
            Interlocked.Increment(ref reads);
            go.Wait(Until.SomeTime());
        };
        var all = Enumerable.Range(0, 60).Select(i => _reads.FindAsync(new(Some.User.AppId, $"ou_{i}"), CancellationToken.None)).ToList();
        await Until.TrueAsync(() => Volatile.Read(ref reads) == 1);
        go.Set();
        await Task.WhenAll(all).Soon();
        Assert.InRange(reads, 1, 2);
    }

    [Fact]
    public async Task A_database_that_fails_fails_those_who_wait_and_nobody_else()
    {
        _scene.Opening = () => throw new TimeoutException("away");
        await Assert.ThrowsAsync<TimeoutException>(() => _reads.FindAsync(Some.User, CancellationToken.None));
        _scene.Opening = () => { };
        Assert.Null(await _reads.FindAsync(Some.User, CancellationToken.None));
    }
}
