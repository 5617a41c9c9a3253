using System.Diagnostics;
using System.Net;
using LarkService.Accounts;
using LarkService.Accounts.Limits;
using LarkService.Accounts.SignIn;
using LarkService.Data.Audit;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Accounts;

public sealed class SignInsTests : IDisposable
{
    private const string Email = "ada@example.com";
    private const string Password = "correct horse battery";
    private static readonly ClientAddress Here = new(LimitKey.Of(LimitKind.Open, IPAddress.Loopback), "127.0.0.1");
    private readonly TempDatabase _database = new();
    private readonly ManualTime _clock = new();
    private readonly AccessTokens _accessTokens;
    private readonly AccountStore _accounts;
    private readonly RefreshTokens _refreshTokens;
    private readonly Passwords _passwords;
    private readonly SignInTries _tries;
    private readonly SignIns _signIns;

    public SignInsTests()
    {
        var audit = new AuditLog(_database.Database, _clock);
        _accessTokens = new(Options.Create(new ApiOptions { JwtSigningKey = new Secret(new string('k', 32)) }), _clock);
        _refreshTokens = new(_database.Database, audit, _clock);
        _accounts = new(_database.Database, _refreshTokens, audit, _clock);
        _passwords = new(_clock);
        _tries = new(_database.Database, _clock);
        _signIns = new(_accounts, _passwords, _tries, new FailedSignIns(audit, new ListLogger<FailedSignIns>()), _refreshTokens, _accessTokens);
    }

    [Fact]
    public async Task Whoever_registered_signs_in_with_the_same_words_however_they_write_the_address()
    {
        Assert.IsType<SignInOutcome.Welcome>(await RegisterAsync());

        var welcome = Assert.IsType<SignInOutcome.Welcome>(await SignInAsync(" Ada@Example.COM "));

        Assert.Equal(900, welcome.Tokens.ExpiresIn);
        var account = Assert.Single(await _database.AllAsync<Account>());
        Assert.Equal((Email, "self", _clock.GetUtcNow()), (account.Email, account.CreatedBy, account.LastSignedInAt));
        Assert.Equal(account.Id, Assert.IsType<TokenVerdict.Good>(await _accessTokens.CheckAsync(welcome.Tokens.AccessToken)).AccountId);
    }

    [Fact]
    public async Task An_address_is_taken_once()
    {
        await RegisterAsync();

        Assert.IsType<SignInOutcome.Taken>(await _signIns.RegisterAsync(new Credentials("ADA@example.com", new Secret("another password")), AccountStore.Self, default));
        Assert.Single(await _database.AllAsync<Account>());
    }

    [Fact]
    public async Task Neither_passwords_nor_tokens_are_stored()
    {
        await RegisterAsync();
        var welcome = Assert.IsType<SignInOutcome.Welcome>(await SignInAsync());

        var account = Assert.Single(await _database.AllAsync<Account>());
        var stored = string.Join('\n', [account.PasswordHash, .. (await _database.AllAsync<RefreshToken>()).Select(t => t.Hash), .. (await _database.AllAsync<AuditRow>()).Select(r => r.Detail)]);
        Assert.DoesNotContain(Password, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(welcome.Tokens.RefreshToken, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(welcome.Tokens.AccessToken, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_five_wrong_passwords_not_even_the_right_one_is_looked_at_for_half_a_minute()
    {
        await RegisterAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<SignInOutcome.Refused>(await SignInAsync(password: "wrong password " + i));
            _clock.AdvanceSeconds(1);
        }

        var locked = Assert.IsType<SignInOutcome.TooOften>(await SignInAsync());
        Assert.Equal(SignInTries.Pace - TimeSpan.FromSeconds(1), locked.Wait);

        _clock.Advance(locked.Wait);
        Assert.IsType<SignInOutcome.Welcome>(await SignInAsync());
    }

    [Fact]
    public async Task Whoever_never_stops_guessing_a_password_has_one_look_in_half_a_minute()
    {
        await RegisterAsync();
        var looks = 0;
        for (var second = 0; second < 15 * 60; second += 10)
        {
            looks += (await _tries.TakeForAsync(Email, default)).IsFree ? 1 : 0;
            _clock.AdvanceSeconds(10);
        }

        Assert.InRange(looks, 25, 5 + (15 * 2));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("disabled")]
    [InlineData("deleted")]
    public async Task Nobody_gets_in_with_what_was_good_until_this_moment(string change)
    {
        // Given somebody whose password was found right
        await RegisterAsync();
        var account = Assert.Single(await _database.AllAsync<Account>());

        // When the account changes before they are in
        _ = change switch
        {
            "password" => await _accounts.ChangeAsync(account, new AccountChange(Password: new Secret("x")), "another hash", "bootstrap", default),
            "disabled" => await _accounts.ChangeAsync(account, new AccountChange(Disabled: true), null, "bootstrap", default),
            _ => await _accounts.DeleteAsync(account, "bootstrap", default),
        };

        // Then they are not, and nothing is open
        Assert.Null(await _accounts.SignInAsync(account, "127.0.0.1", default));
        Assert.All(await _database.AllAsync<RefreshToken>(), t => Assert.NotNull(t.RevokedAt));
        Assert.DoesNotContain(await _database.AllAsync<AuditRow>(), r => r.Result == "signed_in");
    }

    [Fact]
    public async Task A_try_for_which_nothing_was_looked_at_counts_for_nothing()
    {
        // Given more people than there are processors to hash their passwords
        var names = Enumerable.Range(0, 16 * Environment.ProcessorCount).Select(i => $"nobody{i}@example.com").ToList();
        var all = names.ConvertAll(name => Task.Run(async () => (Name: name, Outcome: await SignInAsync(name))));
        while (!all.TrueForAll(t => t.IsCompleted) && !all.Exists(t => t is { IsCompletedSuccessfully: true, Result.Outcome: SignInOutcome.Busy }))
        {
            _clock.AdvanceSeconds(5); // nobody has more patience
            await Task.Yield();
        }

        var ended = await Task.WhenAll(all).Soon();

        // Then those who were sent away have not tried
        Assert.Contains(ended, e => e.Outcome is SignInOutcome.Busy);
        Assert.Equal(ended.Count(e => e.Outcome is SignInOutcome.Refused), (await _database.AllAsync<SignInTry>()).Count);
    }

    [Fact]
    public async Task A_try_that_is_given_back_is_free_again_once_whatever_came_after_it()
    {
        for (var which = 0; which < 5; which++)
        {
            List<TryVerdict> taken = [];
            for (var i = 0; i < 5; i++)
            {
                _clock.AdvanceSeconds(1);
                taken.Add(await _tries.TakeFromAsync(Here, default));
            }

            Assert.Equal([(true, 4), (true, 3), (true, 2), (true, 1), (true, 0)], taken.Select(t => (t.IsFree, t.Left)));
            await _tries.GiveBackAsync(taken[which], default);
            await _tries.GiveBackAsync(taken[which], default);

            _clock.AdvanceSeconds(1);
            Assert.True((await _tries.TakeFromAsync(Here, default)).IsFree);
            Assert.False((await _tries.TakeFromAsync(Here, default)).IsFree);
            _clock.Advance(SignInTries.Window);
        }

        var only = await _tries.TakeFromAsync(Here, default);
        Assert.Equal(4, only.Left);
        await _tries.GiveBackAsync(only, default);
        Assert.Equal(4, (await _tries.TakeFromAsync(Here, default)).Left);
    }

    [Fact]
    public async Task A_clock_that_is_put_back_locks_nobody_out_until_it_has_caught_up()
    {
        for (var i = 0; i < 5; i++)
        {
            await _tries.TakeFromAsync(Here, default);
        }

        _clock.Jump(TimeSpan.FromDays(-1));

        for (var i = 0; i < 5; i++)
        {
            Assert.True((await _tries.TakeFromAsync(Here, default)).IsFree);
        }

        Assert.InRange((await _tries.TakeFromAsync(Here, default)).Wait, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task Names_nobody_has_are_locked_out_as_those_that_somebody_has()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<SignInOutcome.Refused>(await SignInAsync("nobody@example.com"));
        }

        Assert.IsType<SignInOutcome.TooOften>(await SignInAsync("nobody@example.com"));
    }

    [Fact]
    public async Task Signing_in_makes_up_for_wrong_passwords_before()
    {
        await RegisterAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.IsType<SignInOutcome.Refused>(await SignInAsync(password: "wrong password"));
            }

            Assert.IsType<SignInOutcome.Welcome>(await SignInAsync());
        }
    }

    [Fact]
    public async Task Of_twenty_tries_at_once_five_are_looked_at()
    {
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _tries.TakeFromAsync(Here, default)));

        Assert.Equal(5, verdicts.Count(v => v.IsFree));
        Assert.Equal([0, 1, 2, 3, 4], verdicts.Where(v => v.IsFree).Select(v => v.Left).Order());
    }

    [Fact]
    public async Task In_no_quarter_of_an_hour_are_there_more_than_five_tries()
    {
        List<DateTimeOffset> free = [];
        for (var i = 0; i < 100; i++)
        {
            if ((await _tries.TakeFromAsync(Here, default)).IsFree)
            {
                free.Add(_clock.GetUtcNow());
            }

            _clock.AdvanceSeconds(37);
        }

        Assert.All(free, end => Assert.InRange(free.Count(t => t > end - SignInTries.Window && t <= end), 1, 5));
        Assert.InRange(free.Count, 20, 25);
    }

    [Fact]
    public async Task For_a_name_nobody_has_as_much_is_reckoned_as_for_one_that_somebody_has()
    {
        var hash = await _passwords.HashAsync(new Secret(Password), default);
        await _passwords.IsRightAsync(null, new Secret(Password), default); // makes what it compares with
        var nobody = await TimeAsync(null);
        var somebody = await TimeAsync(hash);

        // Seen on a busy machine; without the work it would be a thousandth
        Assert.True(nobody > somebody / 4, $"{nobody} against {somebody}");
    }

    [Fact]
    public async Task A_refresh_token_works_once_and_the_second_time_ends_all_that_came_of_it()
    {
        var first = Assert.IsType<SignInOutcome.Welcome>(await RegisterAsync()).Tokens.RefreshToken;
        var other = Assert.IsType<SignInOutcome.Welcome>(await SignInAsync()).Tokens.RefreshToken;
        var second = Assert.IsType<SignInOutcome.Welcome>(await RefreshAsync(first)).Tokens.RefreshToken;
        var third = Assert.IsType<SignInOutcome.Welcome>(await RefreshAsync(second)).Tokens.RefreshToken;

        Assert.IsType<SignInOutcome.Refused>(await RefreshAsync(first));

        Assert.IsType<SignInOutcome.Refused>(await RefreshAsync(third));
        Assert.IsType<SignInOutcome.Welcome>(await RefreshAsync(other)); // another sign-in
        Assert.Equal("refresh_token_reused", Assert.Single(await _database.AllAsync<AuditRow>(), r => r.Result.StartsWith("refresh", StringComparison.Ordinal)).Result);
    }

    [Fact]
    public async Task A_refresh_token_lasts_thirty_days_and_one_that_nobody_gave_out_is_nothing()
    {
        var token = Assert.IsType<SignInOutcome.Welcome>(await RegisterAsync()).Tokens.RefreshToken;

        Assert.IsType<SignInOutcome.Refused>(await RefreshAsync("lkr_" + new string('x', 43)));
        _clock.Advance(TimeSpan.FromDays(29));
        token = Assert.IsType<SignInOutcome.Welcome>(await RefreshAsync(token)).Tokens.RefreshToken;
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.IsType<SignInOutcome.Refused>(await RefreshAsync(token));
        Assert.DoesNotContain(await _database.AllAsync<AuditRow>(), r => r.Result.StartsWith("refresh", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_is_disabled_neither_signs_in_nor_goes_on()
    {
        var token = Assert.IsType<SignInOutcome.Welcome>(await RegisterAsync()).Tokens.RefreshToken;
        var account = Assert.Single(await _database.AllAsync<Account>());

        Assert.True(await _accounts.ChangeAsync(account, new AccountChange(Disabled: true), null, "bootstrap", default));
        Assert.IsType<SignInOutcome.Refused>(await SignInAsync());
        Assert.IsType<SignInOutcome.Refused>(await RefreshAsync(token));

        Assert.True(await _accounts.ChangeAsync(account, new AccountChange(Disabled: false), null, "bootstrap", default));
        Assert.IsType<SignInOutcome.Welcome>(await SignInAsync());
    }

    [Fact]
    public async Task A_new_password_ends_what_was_open_and_changed_permissions_are_in_the_next_token()
    {
        var token = Assert.IsType<SignInOutcome.Welcome>(await RegisterAsync()).Tokens.RefreshToken;
        var account = Assert.Single(await _database.AllAsync<Account>());

        await _accounts.ChangeAsync(account, new AccountChange(["grants.read"]), null, "bootstrap", default);
        var next = Assert.IsType<SignInOutcome.Welcome>(await RefreshAsync(token)).Tokens;
        Assert.Equal(["grants.read"], Assert.IsType<TokenVerdict.Good>(await _accessTokens.CheckAsync(next.AccessToken)).Permissions);

        await _accounts.ChangeAsync(account, new AccountChange(Password: new Secret("x")), await _passwords.HashAsync(new Secret("quite another one"), default), "bootstrap", default);
        Assert.IsType<SignInOutcome.Refused>(await RefreshAsync(next.RefreshToken));
        Assert.IsType<SignInOutcome.Refused>(await SignInAsync());
        Assert.IsType<SignInOutcome.Welcome>(await SignInAsync(password: "quite another one"));
        Assert.Equal("grants.read", Assert.Single(await _database.AllAsync<Account>()).Permissions);
    }

    [Theory]
    [InlineData(null, Password, "email")]
    [InlineData("ada", Password, "email")]
    [InlineData("ada@localhost", Password, "email")]
    [InlineData("ada@exam ple.com", Password, "email")]
    [InlineData("\u0430da@example.com", Password, "email")] // a Cyrillic letter
    [InlineData(Email, null, "password")]
    [InlineData(Email, "elevenchars", "12 to 128")]
    [InlineData(Email, Email, "not the e-mail")]
    [InlineData(Email, "aaaaaaaaaaaaaaaa", "few different")]
    public void Whoever_wants_an_account_is_told_what_is_wrong(string? email, string? password, string words) => Assert.Contains(
        words, new Credentials(email, password is null ? null : new Secret(password)).FaultOfNew(), StringComparison.Ordinal);

    [Fact]
    public void Credentials_do_not_print_their_password() =>
        Assert.DoesNotContain(Password, new Credentials(Email, new Secret(Password)).ToString(), StringComparison.Ordinal);

    public void Dispose()
    {
        _passwords.Dispose();
        _database.Dispose();
    }

    private Task<SignInOutcome> RegisterAsync() => _signIns.RegisterAsync(new Credentials(Email, new Secret(Password)), AccountStore.Self, default);

    private Task<SignInOutcome> SignInAsync(string email = Email, string password = Password) => _signIns.SignInAsync(new Credentials(email, new Secret(password)), Here, default);

    private Task<SignInOutcome> RefreshAsync(string token) => _signIns.RefreshAsync(new Secret(token), default);

    private async Task<TimeSpan> TimeAsync(string? hash)
    {
        var started = Stopwatch.GetTimestamp();
        await _passwords.IsRightAsync(hash, new Secret("wrong password"), default);
        return Stopwatch.GetElapsedTime(started);
    }
}
