using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants.OAuth;

public sealed class TokenErrorTableTests
{
    /// <summary>Every code the platform documents, and some it does not: what a refresh makes of it, what an exchange.</summary>
    public static TheoryData<int, int, string, string> Table => new()
    {
        { 400, 20001, "Configuration", "Configuration" },
        { 400, 20002, "Configuration", "Configuration" },
        { 400, 20003, "Configuration", "FreshLink" },
        { 400, 20004, "Configuration", "FreshLink" },
        { 400, 20008, "UserGone", "UserGone" },
        { 400, 20009, "Configuration", "Configuration" },
        { 400, 20010, "Configuration", "Configuration" },
        { 400, 20024, "AskAgain", "Configuration" },
        { 400, 20026, "AskAgain", "Configuration" },
        { 400, 20036, "Configuration", "Configuration" },
        { 400, 20037, "AskAgain", "Configuration" },
        { 400, 20048, "Configuration", "Configuration" },
        { 400, 20049, "Configuration", "FreshLink" },
        { 500, 20050, "Retry", "Retry" },
        { 400, 20050, "Retry", "Retry" },
        { 400, 20063, "Configuration", "Configuration" },
        { 400, 20064, "LookThenAskAgain", "Configuration" },
        { 400, 20065, "Configuration", "FreshLink" },
        { 400, 20066, "UserGone", "UserGone" },
        { 400, 20067, "Configuration", "Configuration" },
        { 400, 20068, "Configuration", "Configuration" },
        { 400, 20069, "Configuration", "Configuration" },
        { 400, 20070, "Configuration", "Configuration" },
        { 400, 20071, "Configuration", "Configuration" },
        { 503, 20072, "Retry", "Retry" },
        { 400, 20072, "Retry", "Retry" },
        { 400, 20073, "LookThenAskAgain", "Configuration" },
        { 400, 20074, "Configuration", "Configuration" },
        { 400, 21000, "Configuration", "Configuration" },
        { 400, 21001, "Configuration", "Configuration" },
        { 429, 99991400, "Retry", "Retry" },
        { 400, 99991400, "Retry", "Retry" },

        // Unknown to the table
        { 400, 99999, "Configuration", "Configuration" },
        { 403, 99999, "Configuration", "Configuration" },
        { 500, 99999, "Retry", "Retry" },
        { 200, 0, "Retry", "Retry" },
        { 404, 0, "Retry", "Retry" },
        { 429, 0, "Retry", "Retry" },
        { 502, 0, "Retry", "Retry" },

        // The code decides, not the status
        { 500, 20037, "AskAgain", "Retry" },
        { 500, 20074, "Configuration", "Retry" },
        { 500, 20003, "Retry", "FreshLink" },
        { 200, 20073, "LookThenAskAgain", "Configuration" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_refusal_has_the_verdict_of_its_code(int status, int code, string refresh, string exchange)
    {
        var error = new PlatformError(code, "", null, status);

        Assert.Equal((refresh, exchange), (RefreshVerdicts.For(error).ToString(), ExchangeVerdicts.For(error).ToString()));
    }

    [Fact]
    public void Every_row_is_told_by_a_test()
    {
        var tested = Table.Select(row => row.Data.Item2).ToHashSet();

        Assert.All(TokenErrorTable.Rows, row => Assert.Contains(row.Code, tested));
    }

    /// <summary>Each code through the client, for a refresh and for an exchange: who is told, and how often.</summary>
    [Theory]
    [MemberData(nameof(Table))]
    public async Task Operators_are_told_once_of_what_only_they_can_mend_and_of_nothing_else(int status, int code, string refresh, string exchange)
    {
        var platform = new OpenPlatform();
        var alerts = new KeptAlerts();
        var client = Some.OAuth(platform, alerts: alerts);
        var app = Some.Apps().Default;
        platform.Answer(OpenPlatform.Token, OpenPlatform.Refusal(code, status));

        await client.RefreshAsync(app, new Secret("r-1"), default);
        await client.RefreshAsync(app, new Secret("r-2"), default);
        Assert.Equal(refresh == "Configuration" ? 1 : 0, alerts.Told.Count);

        if (refresh != "Retry" || exchange != "Retry")
        {
            var before = alerts.Told.Count;
            await client.ExchangeAsync(app, new Secret("c"), new Secret("v"), Scene.RedirectUri, default);
            var inTable = TokenErrorTable.Find(code)?.Exchange is not null;
            Assert.Equal(exchange == "Configuration" && inTable ? 1 : 0, alerts.Told.Count - before);
        }

        Assert.All(alerts.Told, told => Assert.Contains($"code {code}", told.Detail, StringComparison.Ordinal));
    }
}
