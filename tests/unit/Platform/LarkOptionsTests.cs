using LarkService.Platform;
using LarkService.Platform.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Platform;

public sealed class LarkOptionsTests
{
    private const string TopSecret = "top-secret-value";

    [Fact]
    public void A_configuration_without_an_app_says_how_to_add_one() => Assert.Equal(
        ["Lark__Apps__0__AppId is missing: set it and Lark__Apps__0__AppSecret to the App ID and App Secret of the developer console."],
        Settings.FaultsOf<LarkOptions>());

    [Fact]
    public void A_good_configuration_has_no_fault() => Assert.Empty(Settings.FaultsOf<LarkOptions>(
        ("Lark__Apps__0__AppId", "cli_a1b2"), ("Lark__Apps__0__AppSecret", TopSecret), ("Lark__Apps__0__Brand", "lark"),
        ("Lark__Apps__0__Scopes__0", "offline_access"), ("Lark__Apps__0__AilyAppId", "spring_ab12__c"),
        ("Lark__OpenBaseUrl", "http://127.0.0.1:9000"), ("Lark__AccountsBaseUrl", "https://accounts.example")));

    [Theory]
    [InlineData("Lark__Apps__0__AppId", null)]
    [InlineData("Lark__Apps__0__AppId", "a1b2")]
    [InlineData("Lark__Apps__0__AppId", "cli_")]
    [InlineData("Lark__Apps__0__AppSecret", null)]
    [InlineData("Lark__Apps__0__AppSecret", "  ")]
    [InlineData("Lark__Apps__0__Scopes", "a b")]
    [InlineData("Lark__Apps__0__AilyAppId", "aily")]
    [InlineData("Lark__Apps__0__EncryptKey", "")]
    [InlineData("Lark__Apps__0__EncryptKey", " key")]
    [InlineData("Lark__Apps__0__VerificationToken", "   ")]
    [InlineData("Lark__Apps__0__VerificationToken", "token\n")]
    [InlineData("Lark__Apps__0__TenantKey", "two words")]
    [InlineData("Lark__OpenBaseUrl", "host")]
    [InlineData("Lark__OpenBaseUrl", "http://gateway.example")]
    [InlineData("Lark__OpenBaseUrl", "https://user:word@gateway.example")]
    [InlineData("Lark__OpenBaseUrl", "https://gateway.example/?a=b")]
    [InlineData("Lark__OpenBaseUrl", "https://gateway.example/lark")]
    [InlineData("Lark__OpenBaseUrl", "ftp://gateway.example")]
    [InlineData("Lark__AccountsBaseUrl", "http://10.0.0.1")]
    public void A_wrong_value_is_named_by_its_key(string key, string? value)
    {
        var fault = Assert.Single(Settings.FaultsOf<LarkOptions>(
            [.. Good().Where(s => s.Key != key), (key.EndsWith("Scopes", StringComparison.Ordinal) ? key + "__0" : key, value)]));

        Assert.StartsWith(key + " ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_or_a_token_switches_on_what_comes_over_HTTP()
    {
        Assert.False(Apps(Good()).Default.ReceivesOverHttp);
        Assert.True(Apps([.. Good(), ("Lark__Apps__0__EncryptKey", "test key")]).Default.ReceivesOverHttp);
        Assert.True(Apps([.. Good(), ("Lark__Apps__0__VerificationToken", "v")]).Default.ReceivesOverHttp);
        Assert.Contains("256 characters", Assert.Single(Settings.FaultsOf<LarkOptions>([.. Good(), ("Lark__Apps__0__EncryptKey", new string('x', 257))])), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var faults = Settings.FaultsOf<LarkOptions>(
            ("Lark__Apps__0__AppId", "nonsense"), ("Lark__Apps__1__AppId", "cli_1"), ("Lark__OpenBaseUrl", "nonsense"));

        Assert.Equal(
            ["Lark__Apps__0__AppId", "Lark__Apps__0__AppSecret", "Lark__Apps__1__AppSecret", "Lark__OpenBaseUrl"],
            faults.Select(f => f.Split(' ')[0]));
    }

    [Fact]
    public void An_app_named_twice_is_a_fault() => Assert.Contains("cli_a1b2 more than once", Assert.Single(Settings.FaultsOf<LarkOptions>(
        [.. Good(), ("Lark__Apps__1__AppId", "cli_a1b2"), ("Lark__Apps__1__AppSecret", "x")])), StringComparison.Ordinal);

    [Fact]
    public void More_than_50_scopes_are_a_fault() => Assert.Contains("at most 50", Assert.Single(Settings.FaultsOf<LarkOptions>(
        [.. Good(), .. Enumerable.Range(0, 51).Select(i => ($"Lark__Apps__0__Scopes__{i}", (string?)$"scope:{i}"))])), StringComparison.Ordinal);

    [Fact]
    public void No_fault_shows_the_value_of_a_secret() => Assert.All(
        Settings.FaultsOf<LarkOptions>(("Lark__Apps__0__AppId", "nonsense"), ("Lark__Apps__0__AppSecret", TopSecret), ("Lark__Apps__0__EncryptKey", TopSecret + " "), ("Lark__Apps__0__VerificationToken", TopSecret + " "), ("Lark__Apps__0__Brand", "nonsense"), ("Lark__OpenBaseUrl", $"https://me:{TopSecret}@host")),
        fault => Assert.DoesNotContain(TopSecret, fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("http://localhost:9000")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.8.0.1")]
    [InlineData("http://[::1]:9000")]
    [InlineData("https://gateway.example:8443")]
    [InlineData("https://gateway.example/")]
    public void Plain_http_is_taken_for_this_machine_only(string url) =>
        Assert.Empty(Settings.FaultsOf<LarkOptions>([.. Good(), ("Lark__OpenBaseUrl", url)]));

    [Fact]
    public void An_app_gets_the_hosts_of_its_brand_and_the_usual_scopes()
    {
        var apps = Apps(("Lark__Apps__0__AppId", "cli_f"), ("Lark__Apps__0__AppSecret", "x"),
            ("Lark__Apps__1__AppId", "cli_l"), ("Lark__Apps__1__AppSecret", "x"), ("Lark__Apps__1__Brand", "Lark"), ("Lark__Apps__1__Scopes__0", "task:task:read"));

        Assert.Equal("https://open.feishu.cn/", apps.Get("cli_f").OpenBase.ToString());
        Assert.Equal("https://accounts.larksuite.com/", apps.Get("cli_l").AccountsBase.ToString());
        Assert.Equal("auth:user.id:read offline_access", apps.Get("cli_f").Scopes.ToString());
        Assert.Equal("task:task:read", apps.Get("cli_l").Scopes.ToString());
    }

    [Fact]
    public void An_override_replaces_the_hosts_of_every_app()
    {
        var app = Apps([.. Good(), ("Lark__OpenBaseUrl", "http://127.0.0.1:9000"), ("Lark__AccountsBaseUrl", "http://127.0.0.1:9001")]).Default;

        Assert.Equal("http://127.0.0.1:9000/", app.OpenBase.ToString());
        Assert.Equal("http://127.0.0.1:9001/", app.AccountsBase.ToString());
    }

    [Fact]
    public void The_first_app_is_meant_where_none_is_named_and_an_unknown_one_is_not_found()
    {
        var apps = Apps([.. Good(), ("Lark__Apps__1__AppId", "cli_2"), ("Lark__Apps__1__AppSecret", "x")]);

        Assert.Equal("cli_a1b2", apps.Find(null)!.AppId);
        Assert.Equal("cli_a1b2", apps.Find("")!.AppId);
        Assert.Equal("cli_2", apps.Find("cli_2")!.AppId);
        Assert.Null(apps.Find("cli_3"));
        Assert.Contains("cli_3", Assert.Throws<InvalidOperationException>(() => apps.Get("cli_3")).Message, StringComparison.Ordinal);
    }

    private static (string Key, string? Value)[] Good() => [("Lark__Apps__0__AppId", "cli_a1b2"), ("Lark__Apps__0__AppSecret", TopSecret)];

    private static LarkApps Apps(params (string Key, string? Value)[] settings)
    {
        using var services = new ServiceCollection().AddSingleton(Settings.Of(settings)).AddChecked<LarkOptions>().BuildServiceProvider();
        return new LarkApps(services.GetRequiredService<IOptions<LarkOptions>>());
    }
}
