using LarkService.Platform;

namespace LarkService.UnitTests.Monitoring;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("token eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiI3.c2ln-_x came", "token *** came")]
    [InlineData("u-7f1bcd13fc57d46bac21793a18e560", "***")]
    [InlineData("ur-7f1bcd13fc57d46bac21793a18e560", "***")]
    [InlineData("t-g1044ghJRUIJJ5ELHUMIZ2QHACKKZ2KZ", "***")]
    [InlineData("c-7f1bcd13fc57d46bac21793a18e560 was", "*** was")]
    [InlineData("wss://host/ws?device_id=7&access_key=abc&service_id=3&ticket=def", "wss://host/ws?device_id=7&access_key=***&service_id=3&ticket=***")]
    [InlineData("/oauth/callback?code=abc&state=def", "/oauth/callback?code=***&state=***")]
    [InlineData("client_secret=abc refresh_token=def", "client_secret=*** refresh_token=***")]
    [InlineData("Host=db;Username=lark;Password=hunter2;Database=x", "Host=db;Username=lark;Password=***;Database=x")]
    [InlineData("user_code=ABCD-EFGH&flow_id=77", "user_code=***&flow_id=***")]
    public void What_looks_like_a_secret_is_taken_out(string text, string clean) => Assert.Equal(clean, Redaction.Clean(text));

    [Theory]
    [InlineData("Session abc of cli_a1b2c3d4e5f60718 ended as Declined")]
    [InlineData("ou_00000000000000000000000000000001 in oc_00000000000000000000000000000001")]
    [InlineData("the platform refused (code 20026)")]
    [InlineData("a-b, t-shirt and u-turn")]
    [InlineData("")]
    public void What_is_no_secret_stays(string text) => Assert.Equal(text, Redaction.Clean(text));
}
