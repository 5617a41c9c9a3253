using System.Globalization;
using LarkService.Accounts;
using LarkService.Accounts.Keys;
using LarkService.Data.Audit;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Accounts;

public sealed class ApiKeyCacheTests : IDisposable
{
    private readonly TempDatabase _database = new();
    private readonly ManualTime _clock = new();
    private readonly ApiKeyCache _cache;
    private readonly ApiKeys _keys;

    public ApiKeyCacheTests()
    {
        _cache = new(_database.Database, Options.Create(new ApiOptions()), _clock);
        _keys = new(_database.Database, _cache, new AuditLog(_database.Database, _clock), _clock);
    }

    [Fact]
    public async Task A_key_is_found_by_its_prefix_and_known_by_all_of_it()
    {
        var (stored, key) = await CreateAsync();
        var found = await _cache.FindAsync(stored.Prefix, default);

        Assert.NotNull(found);
        Assert.True(found.Is(key));
        Assert.False(found.Is(ApiKeyText.Create().Key));
        Assert.True(found.Caller.HasClaim(Caller.PermissionClaim, "grants.read"));
        Assert.Equal("key:" + stored.Id.ToString("D", CultureInfo.InvariantCulture), found.Caller.Identity!.Name);
    }

    [Fact]
    public async Task What_is_stored_is_no_key()
    {
        var (_, key) = await CreateAsync();

        var row = Assert.Single(await _database.AllAsync<ApiKey>());
        Assert.Equal(32, row.Hash.Length);
        Assert.DoesNotContain(key[13..], string.Join(' ', row.Name, row.Prefix, row.Permissions, row.CreatedBy), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_serves_for_a_second_even_with_the_database_down()
    {
        var (stored, _) = await CreateAsync();
        Assert.NotNull(await _cache.FindAsync(stored.Prefix, default));

        _database.IsDown = true;
        _clock.AdvanceSeconds(0.9);
        Assert.NotNull(await _cache.FindAsync(stored.Prefix, default));
        _clock.AdvanceSeconds(0.2);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _cache.FindAsync(stored.Prefix, default));

        _database.IsDown = false;
        _clock.AdvanceSeconds(1.1);
        Assert.NotNull(await _cache.FindAsync(stored.Prefix, default));
    }

    [Fact]
    public async Task Memory_knows_keys_it_has_read_and_none_that_are_made_up()
    {
        var (stored, _) = await CreateAsync();
        Assert.False(_cache.Knows(stored.Prefix));
        Assert.NotNull(await _cache.FindAsync(stored.Prefix, default));
        Assert.Null(await _cache.FindAsync("madeup12", default));

        _clock.AdvanceSeconds(10);
        Assert.True(_cache.Knows(stored.Prefix));
        Assert.False(_cache.Knows("madeup12"));
    }

    [Fact]
    public async Task A_key_stays_known_while_it_is_read_again_after_missed_news_and_with_the_database_away()
    {
        var (stored, _) = await CreateAsync();
        Assert.NotNull(await _cache.FindAsync(stored.Prefix, default));

        _cache.MissedSome();
        Assert.Equal((true, false), (_cache.Knows(stored.Prefix), _cache.Answers(stored.Prefix)));
        _database.IsDown = true;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _cache.FindAsync(stored.Prefix, default));
        Assert.True(_cache.Knows(stored.Prefix));

        _cache.Forget(stored.Prefix);
        Assert.True(_cache.Knows(stored.Prefix));
    }

    [Fact]
    public void An_address_may_have_so_many_keys_looked_for_that_nobody_has_heard_of_and_then_one_a_second()
    {
        var (here, there) = (System.Net.IPAddress.Parse("192.0.2.1"), System.Net.IPAddress.Parse("192.0.2.2"));
        var unknown = Unknown(3);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(unknown.Begin(here));
            unknown.End(here, isUnknown: true);
        }

        Assert.Null(unknown.Begin(here));
        unknown.End(here, isUnknown: true);
        var wait = Assert.NotNull(unknown.Begin(here));
        Assert.Null(unknown.Begin(there));
        _clock.Advance(wait);
        Assert.Null(unknown.Begin(here));
        Assert.NotNull(unknown.Begin(here));
    }

    [Fact]
    public void Many_looks_at_once_take_their_places_first_and_those_that_find_a_key_give_them_back()
    {
        var here = System.Net.IPAddress.Parse("192.0.2.1");
        var unknown = Unknown(3);
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Null(unknown.Begin(here));
            }

            Assert.Null(unknown.Begin(here)); // the one of this second
            Assert.NotNull(unknown.Begin(here));
            for (var i = 0; i < 4; i++)
            {
                unknown.End(here, isUnknown: false);
            }

            _clock.AdvanceSeconds(1);
        }
    }

    [Fact]
    public async Task A_revocation_shows_here_at_once_and_news_of_one_make_memory_look_again()
    {
        var (stored, _) = await CreateAsync();
        Assert.Null((await _cache.FindAsync(stored.Prefix, default))!.RevokedAt);

        Assert.True(await _keys.RevokeAsync(stored.Id, "bootstrap", default));
        Assert.NotNull((await _cache.FindAsync(stored.Prefix, default))!.RevokedAt);

        var before = await _cache.FindAsync(stored.Prefix, default);
        Assert.Same(before, await _cache.FindAsync(stored.Prefix, default));
        _cache.Heard(stored.Prefix);
        Assert.NotSame(before, await _cache.FindAsync(stored.Prefix, default));
    }

    [Fact]
    public async Task Revoking_twice_is_told_of_once_and_of_an_unknown_key_never()
    {
        var (stored, _) = await CreateAsync();

        Assert.True(await _keys.RevokeAsync(stored.Id, "bootstrap", default));
        Assert.True(await _keys.RevokeAsync(stored.Id, "bootstrap", default));
        Assert.False(await _keys.RevokeAsync(Guid.NewGuid(), "bootstrap", default));

        Assert.Equal(["created", "revoked"], (await _database.AllAsync<AuditRow>()).OrderBy(r => r.Number).Select(r => r.Result));
    }

    [Fact]
    public async Task A_key_in_memory_is_found_without_allocating_anything()
    {
        var (_, key) = await CreateAsync();
        Assert.True(await IsGoodAsync(key));

        var started = TimeProvider.System.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var good = true;
        for (var i = 0; i < 1000; i++)
        {
            good &= await IsGoodAsync(key);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalMicroseconds / 1000:0.0} µs and {allocated / 1000} bytes each");
        Assert.True(good);
        Assert.InRange(allocated, 0, 200_000); // of debug builds: each method that waits is an object
    }

    [Theory]
    [InlineData(null, "grants.read", "name is missing")]
    [InlineData("crm", null, "permissions is missing")]
    [InlineData("crm", "everything", "'everything', which is none")]
    [InlineData("crm", "grants.read grants.read", "more than once")]
    [InlineData("c\nrm", "grants.read", "control characters")]
    public void What_is_wrong_with_a_wish_is_said(string? name, string? permissions, string words) => Assert.Contains(
        words, new NewApiKey(name, permissions?.Split(' ')).Fault(_clock.GetUtcNow()), StringComparison.Ordinal);

    [Fact]
    public void A_key_cannot_have_expired_already_nor_have_no_quota_at_all()
    {
        var now = _clock.GetUtcNow();

        Assert.Contains("expiresAt", new NewApiKey("crm", ["grants.read"], now).Fault(now), StringComparison.Ordinal);
        Assert.Contains("quota", new NewApiKey("crm", ["grants.read"], null, 0).Fault(now), StringComparison.Ordinal);
        Assert.Null(new NewApiKey("crm", ["grants.read"], now.AddDays(1), 10).Fault(now));
    }

    public void Dispose() => _database.Dispose();

    private async ValueTask<bool> IsGoodAsync(string key) => ApiKeyText.IsWhole(key) && (await _cache.FindAsync(ApiKeyText.Prefix(key), default))!.Is(key);

    private UnknownKeys Unknown(int most) => new(new(_clock), Options.Create(new ApiOptions { AnonymousPerQuarterHour = most }), _clock);

    private Task<(ApiKey Stored, string Key)> CreateAsync() => _keys.CreateAsync(new NewApiKey("crm", ["grants.read"]), "bootstrap", default);
}
