using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Platform;

public sealed class AppSetupAlertsTests
{
    private readonly KeptAlerts _told = new();
    private readonly AppSetupAlerts _alerts;

    private readonly ManualTime _clock = new();

    public AppSetupAlertsTests() => _alerts = new(_told, _clock, NullLogger<AppSetupAlerts>.Instance);

    [Fact]
    public void A_missing_scope_is_told_once_for_an_app_and_what_it_lacks()
    {
        var (app, other) = (Some.Apps("cli_other").Default, Some.Apps("cli_other").All[1]);
        for (var call = 0; call < 10; call++)
        {
            _alerts.ScopeMissing(app, Lacks("a:b:read", "a:b:write"));
            _alerts.ScopeMissing(app, Lacks("a:b:write", "a:b:read")); // the order says nothing
        }

        _alerts.ScopeMissing(app, Lacks("c:d"));
        _alerts.ScopeMissing(other, Lacks("c:d"));

        Assert.Equal(3, _told.Told.Count);
        Assert.Contains("a:b:read or a:b:write", _told.Told[0].Words.En, StringComparison.Ordinal);
        Assert.Contains($"https://open.feishu.cn/app/{app.AppId}/auth?q=a:b:read,a:b:write", _told.Told[0].Words.Zh, StringComparison.Ordinal);
        Assert.Equal(3, _told.Told.Select(t => t.Key).Distinct().Count());
    }

    [Fact]
    public void A_platform_that_names_new_scopes_for_ever_fills_no_memory_and_no_chat()
    {
        for (var i = 0; i < 3000; i++)
        {
            _alerts.ScopeMissing(Some.Apps().Default, Lacks($"s{i}"));
        }

        Assert.Equal(AppSetupAlerts.MostTold, _told.Told.Count);
    }

    [Fact]
    public void What_is_still_so_a_day_later_is_told_again()
    {
        _alerts.ScopeMissing(Some.Apps().Default, Lacks("a"));
        _clock.Advance(TimeSpan.FromHours(23));
        _alerts.ScopeMissing(Some.Apps().Default, Lacks("a"));
        Assert.Single(_told.Told);
        _clock.Advance(TimeSpan.FromHours(1));
        _alerts.ScopeMissing(Some.Apps().Default, Lacks("a"));
        Assert.Equal(2, _told.Told.Count);
    }

    [Theory]
    [InlineData("auth:user.id:read", "Enable the scope offline_access")]
    [InlineData("auth:user.id:read offline_access", "Switch on \"refresh user_access_token\"")]
    public void Without_a_refresh_token_the_switch_is_named(string granted, string words)
    {
        _alerts.NoRefreshToken(Some.Apps().Default, ScopeSet.Parse(granted));
        _alerts.NoRefreshToken(Some.Apps().Default, ScopeSet.Parse(granted));

        var told = Assert.Single(_told.Told);
        Assert.Contains(words, told.Words.En, StringComparison.Ordinal);
        Assert.Contains("刷新 user_access_token", told.Words.Zh, StringComparison.Ordinal);
    }

    private static PlatformError Lacks(params string[] scopes) => new(PlatformCodes.AppScopeMissing, "no", "log-1", 400) { Scopes = scopes };
}
