using LarkService.Data;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Support;

/// <summary>Valid things of which a test states only what matters.</summary>
internal static class Some
{
    /// <summary>The app of the fixtures.</summary>
    public const string AppId = "cli_a1b2c3d4e5f60718";

    public const string AppSecret = "FAKE-SECRET";

    /// <summary>The person of the fixtures.</summary>
    public static UserKey User { get; } = new(AppId, "ou_00000000000000000000000000000001");

    public static UserKey OtherUser { get; } = new(AppId, "ou_00000000000000000000000000000002");

    public static LarkApps Apps(params string[] more) => new(Options.Create(new LarkOptions
    {
        Apps = [.. more.Prepend(AppId).Select(id => new LarkAppOptions { AppId = id, AppSecret = new Secret(AppSecret) })],
    }));

    /// <summary>The app of the fixtures, receiving over HTTP.</summary>
    public static LarkApps HttpApps(string? encryptKey = null, string? verificationToken = null, string? tenantKey = null) => new(Options.Create(new LarkOptions
    {
        Apps =
        [
            new LarkAppOptions
            {
                AppId = AppId,
                AppSecret = new Secret(AppSecret),
                EncryptKey = encryptKey is null ? null : new Secret(encryptKey),
                VerificationToken = verificationToken is null ? null : new Secret(verificationToken),
                TenantKey = tenantKey,
            },
            new LarkAppOptions { AppId = "cli_other", AppSecret = new Secret(AppSecret) },
        ],
    }));

    /// <summary>A key for sealing, always the same for one number.</summary>
    public static Secret Key(byte number) => new(Convert.ToBase64String([.. Enumerable.Repeat(number, EncryptionOptions.KeyBytes)]));

    public static TokenSeal Seal(string active = "k1", params (string Id, byte Number)[] keys) => new(Options.Create(new EncryptionOptions
    {
        ActiveKeyId = active,
        Keys = (keys.Length > 0 ? keys : [("k1", 1)]).ToDictionary(k => k.Id, k => Key(k.Number)),
    }));

    /// <summary>A client with limits of its own.</summary>
    public static OAuthClient OAuth(IHttpClientFactory http, ManualTime? clock = null, KeptAlerts? alerts = null)
    {
        var time = clock ?? new ManualTime();
        var nothingStored = new Database(DatabaseProvider.Sqlite, () => throw new InvalidOperationException("Nothing is stored here."));
        var pace = new TokenCallPace(nothingStored, time, NullLogger<TokenCallPace>.Instance);
        return new OAuthClient(http, pace, new TokenAlerts(alerts ?? new KeptAlerts(), time, NullLogger<TokenAlerts>.Instance));
    }

    public static UserInfo Info(string openId) => new(openId, "on_1", "u1", "张三", "Zhang San", null, "zhang@example.com", "+8613000000000", "tenant");

    /// <summary>Stores a grant in a transaction of its own.</summary>
    public static Task StoreNowAsync(this UserGrants grants, Database database, UserKey user, TokenResponse tokens) => database.RunAsync(async db =>
    {
        await grants.StoreAsync(db, user, tokens, Info(user.OpenId), default);
        await db.SaveChangesAsync();
    });
}

/// <summary>Small help for set-up in expressions.</summary>
internal static class AlsoExtensions
{
    public static T Also<T>(this T value, Action<T> act)
    {
        act(value);
        return value;
    }
}
