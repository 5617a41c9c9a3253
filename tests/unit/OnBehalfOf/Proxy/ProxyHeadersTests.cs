using System.Net;
using LarkService.OnBehalfOf.Operations;
using LarkService.OnBehalfOf.Proxy;
using Microsoft.AspNetCore.Http;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

public sealed class ProxyHeadersTests
{
    [Theory]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Cookie")]
    [InlineData("Host")]
    [InlineData("Content-Length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("X-Content-Length")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Upgrade")]
    [InlineData("Expect")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-anything")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Original-URL")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X-Lark-Open-Id")]
    [InlineData("X-Lark-Whatever")]
    [InlineData("Idempotency-Key")]
    [InlineData("traceparent")]
    [InlineData("baggage")]
    [InlineData("Accept-Encoding")]
    public void What_is_no_matter_of_the_platform_is_not_sent(string name) => Assert.Empty(Sent((name, "x")));

    [Theory]
    [InlineData("Accept", "application/json")]
    [InlineData("Content-Type", "multipart/form-data; boundary=x")]
    [InlineData("Range", "bytes=0-99")]
    [InlineData("If-None-Match", "\"a\"")]
    [InlineData("User-Agent", "oapi-node-sdk")]
    [InlineData("X-Tt-Anything", "1")]
    [InlineData("X-Lark-Helpdesk-Authorization", "Basic x")]
    public void What_the_call_is_about_is_sent(string name, string value) => Assert.Equal([new(name, value)], Sent((name, value)));

    [Fact]
    public void Headers_that_the_connection_names_end_with_it() =>
        Assert.Equal(["Accept"], Sent(("Connection", "close, X-Mine ,X-Other"), ("X-Mine", "1"), ("x-other", "2"), ("Accept", "a")).Select(h => h.Key));

    [Theory]
    [InlineData("respond-async", true, null)]
    [InlineData("Respond-Async, wait=10", true, null)]
    [InlineData("respond-async; x=1, missing=default", true, "missing=default")]
    [InlineData("missing=default, resolution=merge-duplicates", false, "missing=default, resolution=merge-duplicates")]
    [InlineData("respond-asynchronously", false, "respond-asynchronously")]
    public void The_preference_to_wait_is_for_us_the_others_for_the_platform(string prefer, bool waits, string? sent)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Prefer"] = prefer;

        Assert.Equal(waits, Preferences.WantsToWait(http.Request));
        Assert.Equal(sent, ProxyHeaders.ToSend(http.Request.Headers).SingleOrDefault().Value);
    }

    [Fact]
    public void The_platforms_headers_come_back_byte_for_byte_without_those_that_would_speak_in_our_name()
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([1]) };
        (string Name, string Value)[] kept =
        [
            ("x-tt-logid", "log-1"), ("x-ogw-ratelimit-reset", "3"), ("Retry-After", "5"), ("ETag", "\"a\""), ("Location", "https://open.feishu.cn/x"), ("Cache-Control", "no-store"),
            ("Content-Type", "image/png"), ("Content-Disposition", "attachment; filename=\"\u00e5\u0091\u00a8.png\""), ("Content-Range", "bytes 0-0/9"), ("Content-Encoding", "gzip"), ("Content-Length", "1"),
        ];
        (string Name, string Value)[] dropped =
        [
            ("Set-Cookie", "session=1"), ("Connection", "X-Hop"), ("X-Hop", "1"), ("Transfer-Encoding", "chunked"), ("Keep-Alive", "timeout=5"), ("Strict-Transport-Security", "max-age=1"), ("Alt-Svc", "h3=\":443\""),
            ("Access-Control-Allow-Origin", "*"), ("Clear-Site-Data", "*"), ("Server", "volc"), ("Upgrade", "h2c"), ("X-Odd", "a\u0001b"),
        ];
        foreach (var (name, value) in kept.Concat(dropped))
        {
            _ = answer.Headers.TryAddWithoutValidation(name, value) || answer.Content.Headers.TryAddWithoutValidation(name, value);
        }

        var http = new DefaultHttpContext();
        ProxyHeaders.Return(answer, http.Response);

        Assert.Equal(kept.OrderBy(h => h.Name).Select(h => $"{h.Name}: {h.Value}"), http.Response.Headers.OrderBy(h => h.Key).Select(h => $"{h.Key}: {h.Value}"));
        Assert.DoesNotContain("Content-Length", ProxyHeaders.ToKeep(answer).Keys);
        Assert.Equal("log-1", ProxyHeaders.ToKeep(answer)["x-tt-logid"]);
    }

    [Fact]
    public void Headers_of_the_body_go_with_the_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://open.feishu.cn/open-apis/x") { Content = new ByteArrayContent([]) };
        ProxyHeaders.Put([new("Accept", "a"), new("Content-Type", "application/json; charset=utf-8"), new("X-Name", "周报")], request);

        Assert.Equal("application/json; charset=utf-8", request.Content.Headers.ContentType!.ToString());
        Assert.Equal(["a"], request.Headers.GetValues("Accept"));
        Assert.Equal("周报", request.Headers.NonValidated["X-Name"].ToString());
    }

    private static List<KeyValuePair<string, string>> Sent(params (string Name, string Value)[] headers)
    {
        var given = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            given[name] = value;
        }

        return ProxyHeaders.ToSend(given);
    }
}
