using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Grants.OAuth;

public sealed class TokenAlertsTests
{
    private static readonly PlatformError NotAllowed = new(20074, "The app is not allowed to refresh token.", "log-1", 400);
    private readonly KeptAlerts _told = new();
    private readonly TokenAlerts _alerts;

    public TokenAlertsTests() => _alerts = new(_told, new ManualTime(), NullLogger<TokenAlerts>.Instance);

    [Fact]
    public void However_many_users_meet_it_operators_are_told_once_with_the_switch_to_use()
    {
        for (var user = 0; user < 100; user++)
        {
            _alerts.Refused("cli_1", TokenCall.Refresh, NotAllowed);
        }

        var told = Assert.Single(_told.Told);
        Assert.Equal(AlertKind.Trouble, told.Kind);
        Assert.Contains("cli_1", told.Title.En, StringComparison.Ordinal);
        Assert.Contains("refresh user_access_token", told.Words.En, StringComparison.Ordinal);
        Assert.Contains("user_access_token", told.Words.Zh, StringComparison.Ordinal);
        Assert.Contains("log-1", told.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_app_call_and_code_is_told_by_itself()
    {
        _alerts.Refused("cli_1", TokenCall.Refresh, NotAllowed);
        _alerts.Refused("cli_2", TokenCall.Refresh, NotAllowed);
        _alerts.Refused("cli_1", TokenCall.Refresh, NotAllowed with { Code = 20002 });
        _alerts.Refused("cli_1", TokenCall.Exchange, NotAllowed with { Code = 20002 });

        Assert.Equal(4, _told.Told.Count);
    }

    [Fact]
    public void When_it_works_again_that_is_told_once_and_the_next_trouble_is_news()
    {
        _alerts.Refused("cli_1", TokenCall.Refresh, NotAllowed);
        _alerts.Works("cli_1", TokenCall.Exchange);
        _alerts.Works("cli_2", TokenCall.Refresh);
        Assert.Single(_told.Told);

        _alerts.Works("cli_1", TokenCall.Refresh);
        _alerts.Works("cli_1", TokenCall.Refresh);
        _alerts.Refused("cli_1", TokenCall.Refresh, NotAllowed);

        Assert.Equal([AlertKind.Trouble, AlertKind.AllClear, AlertKind.Trouble], _told.Told.Select(t => t.Kind));
    }

    [Fact]
    public void Every_code_an_administrator_must_mend_has_words_in_both_languages()
    {
        foreach (var row in TokenErrorTable.Rows.Where(r => r.Refresh == RefreshVerdict.Configuration || r.Exchange == ExchangeVerdict.Configuration))
        {
            var words = ConfigurationWords.For(row.Code);
            Assert.NotEmpty(words.En);
            Assert.NotEmpty(words.Zh);
        }
    }
}
