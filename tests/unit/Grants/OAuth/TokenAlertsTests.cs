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
    public void What_two_replicas_meet_at_about_the_same_time_is_one_matter_and_later_trouble_is_another()
    {
        var clock = new ManualTime();
        var told = new KeptAlerts();
        var replicas = Enumerable.Range(0, 2).Select(_ => new TokenAlerts(told, clock, NullLogger<TokenAlerts>.Instance)).ToList();
        replicas.ForEach(r => r.Refused("cli_1", TokenCall.Refresh, NotAllowed));
        replicas.ForEach(r => r.Works("cli_1", TokenCall.Refresh));
        replicas.ForEach(r => r.Refused("cli_1", TokenCall.Refresh, NotAllowed));
        clock.Advance(TimeSpan.FromMinutes(15));
        replicas.ForEach(r => r.Works("cli_1", TokenCall.Refresh));

        var keys = told.Told.Select(t => t.Key).ToList();
        Assert.Equal(8, keys.Count);
        Assert.All(keys.Chunk(2), pair => Assert.Equal(pair[0], pair[1]));
        Assert.Equal(4, keys.Distinct().Count());
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
