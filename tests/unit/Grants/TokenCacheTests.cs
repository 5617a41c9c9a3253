using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

public sealed class TokenCacheTests : IDisposable
{
    private readonly Scene _scene = new();

    [Fact]
    public async Task A_token_from_memory_is_given_out_without_allocating()
    {
        await _scene.GrantAsync();
        var wanted = ScopeSet.Of("auth:user.id:read", "offline_access");
        var given = await _scene.Tokens.GetAsync(Some.User, wanted, default);
        for (var i = 0; i < 100; i++)
        {
            _ = await _scene.Tokens.GetAsync(Some.User, wanted, default); // compiled by now
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var same = true;
        for (var i = 0; i < 1000; i++)
        {
            same &= IsThereAlready(_scene.Tokens.GetAsync(Some.User, wanted, default), given);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(same);
    }

    [Fact]
    public void Age_is_counted_from_before_the_token_was_read()
    {
        var readAt = _scene.Clock.GetTimestamp();
        _scene.Clock.AdvanceSeconds(0.6);
        _scene.Cache.Keep(Some.User, Token(), readAt);

        _scene.Clock.AdvanceSeconds(0.3);
        Assert.NotNull(_scene.Cache.Find(Some.User));
        _scene.Clock.AdvanceSeconds(0.1);
        Assert.Null(_scene.Cache.Find(Some.User));
    }

    [Fact]
    public void A_token_past_its_end_is_not_found_however_fresh()
    {
        _scene.Cache.Keep(Some.User, Token(seconds: 0.5), _scene.Clock.GetTimestamp());
        _scene.Clock.AdvanceSeconds(0.5);

        Assert.Null(_scene.Cache.Find(Some.User));
    }

    [Fact]
    public void It_holds_ten_thousand_users_and_throws_out_what_is_old_first()
    {
        _scene.Cache.Keep(User(0), Token(), _scene.Clock.GetTimestamp());
        _scene.Clock.AdvanceSeconds(0.9);
        for (var i = 1; i < TokenCache.MaxUsers; i++)
        {
            _scene.Cache.Keep(User(i), Token(), _scene.Clock.GetTimestamp());
        }

        // Room is made by what is old
        _scene.Clock.AdvanceSeconds(0.2);
        _scene.Cache.Keep(User(TokenCache.MaxUsers), Token(), _scene.Clock.GetTimestamp());
        Assert.Equal(TokenCache.MaxUsers, Found(TokenCache.MaxUsers + 1));

        // When nothing is old, by what comes to hand
        for (var i = 1; i <= 500; i++)
        {
            _scene.Cache.Keep(User(TokenCache.MaxUsers + i), Token(), _scene.Clock.GetTimestamp());
            Assert.NotNull(_scene.Cache.Find(User(TokenCache.MaxUsers + i)));
        }

        Assert.InRange(Found(TokenCache.MaxUsers + 501), TokenCache.MaxUsers / 2, TokenCache.MaxUsers);
    }

    [Fact]
    public void News_of_a_user_forget_that_user_and_missed_news_forget_all()
    {
        _scene.Cache.Keep(Some.User, Token(), _scene.Clock.GetTimestamp());
        _scene.Cache.Keep(Some.OtherUser, Token(), _scene.Clock.GetTimestamp());
        var awaited = _scene.News.NextAsync(Some.OtherUser);

        _scene.News.Heard($"{Some.User.AppId}/{Some.User.OpenId}");
        _scene.News.Heard("no user at all");
        Assert.Null(_scene.Cache.Find(Some.User));
        Assert.NotNull(_scene.Cache.Find(Some.OtherUser));
        Assert.False(awaited.IsCompleted);

        _scene.News.MissedSome();
        Assert.Null(_scene.Cache.Find(Some.OtherUser));
        Assert.True(awaited.IsCompletedSuccessfully);
    }

    public void Dispose() => _scene.Dispose();

    private static bool IsThereAlready(ValueTask<TokenOutcome> answer, TokenOutcome expected) => answer.IsCompletedSuccessfully && ReferenceEquals(answer.Result, expected);

    private static UserKey User(int number) => new(Some.AppId, $"ou_{number}");

    private int Found(int of) => Enumerable.Range(0, of).Count(i => _scene.Cache.Find(User(i)) is not null);

    private TokenOutcome.Issued Token(double seconds = 7200) =>
        new(new UserAccessToken(new Secret("t"), _scene.Clock.GetUtcNow(), _scene.Clock.GetUtcNow().AddSeconds(seconds), ScopeSet.Empty, 1));
}
