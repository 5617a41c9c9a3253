using LarkService.Grants.OAuth;
using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Grants;

public sealed class RefreshVerdictTests
{
    /// <summary>Every code the platform documents for a refresh, and some it does not.</summary>
    public static TheoryData<int, int, string> Table => new()
    {
        { 400, 20001, "Configuration" },
        { 400, 20002, "Configuration" },
        { 400, 20008, "AskAgain" },
        { 400, 20009, "Configuration" },
        { 400, 20010, "Configuration" },
        { 400, 20024, "AskAgain" },
        { 400, 20026, "AskAgain" },
        { 400, 20036, "Configuration" },
        { 400, 20037, "AskAgain" },
        { 400, 20048, "Configuration" },
        { 500, 20050, "Retry" },
        { 400, 20050, "Retry" },
        { 400, 20063, "Configuration" },
        { 400, 20064, "LookThenAskAgain" },
        { 400, 20066, "AskAgain" },
        { 400, 20067, "Configuration" },
        { 400, 20068, "Configuration" },
        { 400, 20069, "Configuration" },
        { 400, 20070, "Configuration" },
        { 503, 20072, "Retry" },
        { 400, 20072, "Retry" },
        { 400, 20073, "LookThenAskAgain" },
        { 400, 20074, "Configuration" },
        { 400, 21000, "Configuration" },
        { 400, 21001, "Configuration" },
        { 400, 99999, "Configuration" },
        { 200, 0, "Retry" },
        { 404, 0, "Retry" },
        { 429, 99991400, "Retry" },
        { 400, 99991400, "Retry" },
        { 429, 0, "Retry" },
        { 502, 0, "Retry" },
        { 500, 99999, "Retry" },
        { 500, 20037, "AskAgain" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_refused_refresh_has_the_verdict_of_its_code(int status, int code, string verdict) =>
        Assert.Equal(verdict, RefreshVerdicts.For(new PlatformError(code, "", null, status)).ToString());
}
