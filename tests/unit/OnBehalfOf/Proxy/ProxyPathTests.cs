using FsCheck;
using FsCheck.Fluent;
using LarkService.OnBehalfOf.Proxy;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

/// <summary>Where calls may go: what leaves reads the same to whoever decodes it, and is an open API that hands out no tokens.</summary>
public sealed class ProxyPathTests
{
    private const string Base = "/api/v1/lark/open-apis/";

    [Theory]
    [InlineData("im/v1/messages")]
    [InlineData("sheets/v2/spreadsheets/shtcn1/values/Sheet1!A1:B2")]
    [InlineData("sheets/v2/spreadsheets/shtcn1/values/%E5%B7%A5%E4%BD%9C%E8%A1%A8%20one!A1")]
    [InlineData("calendar/v4/calendars/feishu.cn_x@group.calendar.feishu.cn/events/e_0")]
    [InlineData("drive/v1/files/a..b/v1.0")]
    [InlineData("authentication/v1/x")]
    [InlineData("authen-next/v1/x")]
    [InlineData("contact/v3/users/auth")]
    public void An_open_api_is_called_byte_for_byte(string path)
    {
        Assert.Null(ProxyPath.FaultIn($"{Base}{path}?a=%2F..%2F&b=1%26&b=2&c=", out var called));
        Assert.Equal(("/open-apis/" + path, "?a=%2F..%2F&b=1%26&b=2&c="), (called.Path, called.Query));
        Assert.Null(called.FaultInQuery());
        Assert.Equal($"https://open.feishu.cn/open-apis/{path}?a=%2F..%2F&b=1%26&b=2&c=", Address(called));
    }

    [Theory]
    [InlineData("/api/v1/lark/open-apis")]
    [InlineData("/api/v1/lark/open-apis/")]
    [InlineData("/api/v1/lark/open-apis?x=/open-apis/im")]
    [InlineData("/api/v1/lark/other/im/v1/messages")]
    [InlineData("/API/v1/lark/open-apis/im/v1/messages")]
    [InlineData("//api/v1/lark/open-apis/im/v1/messages")]
    [InlineData("/x/../api/v1/lark/open-apis/im/v1/messages")]
    [InlineData("/api/v1/lark/%6Fpen-apis/im/v1/messages")]
    [InlineData("http://evil.example/api/v1/lark/open-apis/im/v1/messages")]
    [InlineData("evil.example:80")]
    [InlineData("*")]
    [InlineData("")]
    public void What_does_not_stand_where_it_should_is_refused(string target) => Assert.NotNull(ProxyPath.FaultIn(target, out _));

    [Theory]
    [InlineData("authen/v1/user_info")]
    [InlineData("AUTHEN/v2/oauth/token")]
    [InlineData("auth/v3/tenant_access_token/internal")]
    [InlineData("Auth/v3/app_access_token")]
    [InlineData("auth")]
    [InlineData("open-apis/authen/v1/user_info")]
    [InlineData("Open-APIs/im/v1/messages")]
    [InlineData("%61uthen/v1/user_info")]
    [InlineData("auth%65n/v1/user_info")]
    [InlineData("./authen/v1/user_info")]
    [InlineData("%2e/authen/v1/user_info")]
    [InlineData("im/../authen/v1/user_info")]
    [InlineData("im/..%2fauthen/v1/user_info")]
    [InlineData("im/%2e%2e/authen/v1/user_info")]
    [InlineData("im/%2E./authen/v1/user_info")]
    [InlineData("im/%252e%252e/authen/v1/user_info")]
    [InlineData("im/..;/authen/v1/user_info")]
    [InlineData("im/..%3b/authen/v1/user_info")]
    [InlineData("authen;x=1/v1/user_info")]
    [InlineData("authen%20/v1/user_info")]
    [InlineData("authen./v1/user_info")]
    [InlineData("im\\..\\authen/v1/user_info")]
    [InlineData("im/%5c..%5cauthen/v1/user_info")]
    [InlineData("im//authen/v1/user_info")]
    [InlineData("/authen/v1/user_info")]
    [InlineData("im/v1/..%c0%af..%c0%afauthen/v1/user_info")]
    [InlineData("im/v1/%e0%80%ae%e0%80%ae/authen")]
    [InlineData("im/v1/messages%00")]
    [InlineData("im/v1/messages%0d%0aHost:%20evil")]
    [InlineData("im/v1/messages%7f")]
    [InlineData("im/v1/messages%")]
    [InlineData("im/v1/messages%2")]
    [InlineData("im/v1/messages%zz")]
    [InlineData("im/v1/messages%+1")]
    [InlineData("im/v1/messages#frag")]
    [InlineData("im/v1/messages/")]
    [InlineData("im/v1/...")]
    [InlineData("im/v1/{id}")]
    [InlineData("im/v1/a b")]
    [InlineData("im/v1/消息")]
    [InlineData("@evil.example/x")]
    [InlineData("im:80@evil.example/x")]
    public void Tricks_are_refused(string path) => Assert.NotNull(ProxyPath.FaultIn(Base + path, out _));

    [Theory]
    [InlineData("?access_token=x")]
    [InlineData("?a=1&USER_ACCESS_TOKEN=u-x")]
    [InlineData("?a=1&access%5ftoken=x")]
    [InlineData("?tenant_access_token")]
    [InlineData("?app_access_token=")]
    [InlineData("?a=#b")]
    [InlineData("?a=%00")]
    [InlineData("?a=\u00e9")]
    [InlineData("?a= b")]
    [InlineData("?a=\r\nHost: evil")]
    public void A_query_with_somebodys_token_or_with_what_belongs_escaped_is_refused(string query) => Assert.NotNull(new ProxyPath("/open-apis/im/v1/messages", query).FaultInQuery());

    [Fact]
    public void Whatever_comes_what_leaves_is_an_open_api_of_the_configured_host_and_hands_out_no_tokens() => Prop.ForAll(Targets.ToArbitrary(), target =>
    {
        if (ProxyPath.FaultIn(target, out var path) is not null || path.FaultInQuery() is not null)
        {
            return;
        }

        Assert.Equal(target, ProxyPath.Prefix + path.Path + path.Query);
        var sent = Address(path);
        Assert.StartsWith("https://open.feishu.cn/open-apis/", sent, StringComparison.Ordinal);

        // However often a server behind us decodes it and shortens it
        var seen = sent;
        for (var times = 0; times < 4; times++)
        {
            var asUri = new Uri(seen.Replace('\\', '/'));
            Assert.Equal("open.feishu.cn", asUri.Host);
            Assert.StartsWith("/open-apis/", asUri.AbsolutePath, StringComparison.Ordinal);
            Assert.False(asUri.AbsolutePath.Split('/')[2].ToLowerInvariant() is "authen" or "auth", sent);
            Assert.DoesNotContain("/../", asUri.AbsolutePath + "/", StringComparison.Ordinal);
            var query = seen.IndexOf('?', StringComparison.Ordinal);
            seen = Uri.UnescapeDataString(query < 0 ? seen : seen[..query]);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    // Pieces an attacker puts together, and anything else.
    private static Gen<string> Targets =>
        from start in Gen.Frequency((8, Gen.Constant(Base)), (1, Gen.Elements("/api/v1/lark/", "http://evil/api/v1/lark/open-apis/", "/api/v1/lark/open-apis//")))
        from pieces in Gen.Frequency((4, Gen.Elements(Pieces)), (1, Gen.Choose(0x20, 0x17f).Select(c => ((char)c).ToString()))).ListOf()
        select start + string.Concat(pieces.Take(12));

    private static readonly string[] Pieces =
    [
        "/", "/", "/", ".", "..", "%2e", "%2E%2e", "%252e", "%2f", "%5c", "\\", "authen", "auth", "%61uth", "en", "open-apis", "im", "v1", "messages", ";", "%3b", "%00", "%c0%af", "%ef%bc%8f", "?", "#", "@", ":", "%",
        "access_token=", "&",
    ];

    // What stands in the request line, not what the address was made from.
    private static string Address(ProxyPath path)
    {
        var address = ProxyRequest.AddressOf(Some.Apps().Default, path.Path + path.Query);
        return address.GetLeftPart(UriPartial.Authority) + address.PathAndQuery;
    }
}
