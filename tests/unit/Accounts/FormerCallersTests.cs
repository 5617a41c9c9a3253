using LarkService.Accounts;
using LarkService.Accounts.Keys;
using LarkService.Accounts.SignIn;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Accounts;

public sealed class FormerCallersTests : IDisposable
{
    private readonly TempDatabase _database = new();
    private readonly ManualTime _clock = new();

    [Fact]
    public async Task Only_those_who_may_still_call_are_left_out()
    {
        var now = _clock.GetUtcNow();
        var (good, later) = (await KeyAsync(null, null), await KeyAsync(now.AddDays(1), null));
        var (revoked, expired) = (await KeyAsync(null, now), await KeyAsync(now, null));
        var (account, disabled) = (await AccountAsync("a@example.com", null), await AccountAsync("b@example.com", now));
        var (goneKey, goneAccount) = ($"key:{Guid.NewGuid()}", $"account:{Guid.NewGuid()}");

        var former = await new FormerCallers(_database.Database, _clock).AmongAsync([good, later, revoked, expired, account, disabled, goneKey, goneAccount, "bootstrap"], default);

        Assert.Equal(new[] { revoked, expired, disabled, goneKey, goneAccount }.Order(), former.Order());
    }

    public void Dispose() => _database.Dispose();

    private async Task<string> KeyAsync(DateTimeOffset? expires, DateTimeOffset? revoked)
    {
        var key = new ApiKey
        {
            Id = Guid.NewGuid(),
            Name = "crm",
            Prefix = ApiKeyText.Create().Prefix,
            Hash = [],
            Permissions = "",
            CreatedAt = _clock.GetUtcNow(),
            CreatedBy = "bootstrap",
            ExpiresAt = expires,
            RevokedAt = revoked,
        };
        await AddAsync(key);
        return $"key:{key.Id}";
    }

    private async Task<string> AccountAsync(string email, DateTimeOffset? disabled)
    {
        var account = new Account { Id = Guid.NewGuid(), Email = email, PasswordHash = "", Permissions = "", CreatedAt = _clock.GetUtcNow(), CreatedBy = "self", DisabledAt = disabled };
        await AddAsync(account);
        return $"account:{account.Id}";
    }

    private Task AddAsync(object row) => _database.Database.RunAsync(db =>
    {
        db.Add(row);
        return db.SaveChangesAsync();
    });
}
