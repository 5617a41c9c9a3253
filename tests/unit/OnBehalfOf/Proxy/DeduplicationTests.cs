using System.Text;
using System.Text.Json.Nodes;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Proxy;
using LarkService.Platform;
using LarkService.Platform.Registry;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

public sealed class DeduplicationTests
{
    private static readonly ApiRegistry Apis = ApiRegistry.Load();

    [Theory]
    [InlineData("/open-apis/im/v1/messages", "uuid", 50)]
    [InlineData("/open-apis/im/v1/messages/om_1/reply", "uuid", 50)]
    [InlineData("/open-apis/aily/v1/sessions/s1/messages", "idempotent_id", 71 * 60)]
    public void A_call_that_the_platform_can_tell_again_gets_an_id_and_keeps_one_it_has(string path, string field, int minutes)
    {
        var (body, isSafe) = Of("POST", path, """{"content":"{\"text\":\"周报\"}","n":1.50}""", minutes);
        var json = JsonNode.Parse(body)!;
        Assert.True(isSafe);
        Assert.InRange(json[field]!.ToString().Length, 20, 50);
        Assert.Equal(("""{"text":"周报"}""", "1.50"), (json["content"]!.ToString(), json["n"]!.ToJsonString()));

        var mine = $$"""{"{{field}}":"mine"}""";
        Assert.Equal((mine, true), Of("POST", path, mine, minutes));
    }

    [Theory]
    [InlineData("GET", "/open-apis/im/v1/messages", "", true)]
    [InlineData("POST", "/open-apis/task/v2/tasks", """{"uuid":"x"}""", false)]
    [InlineData("PATCH", "/open-apis/im/v1/messages/om_1", "{}", false)]
    [InlineData("DELETE", "/open-apis/im/v1/messages/om_1", "", false)]
    [InlineData("POST", "/open-apis/nobody/v1/knows", "{}", false)]
    [InlineData("POST", "/open-apis/im/v1/messages", "no json", false)]
    [InlineData("POST", "/open-apis/im/v1/messages", "[]", false)]
    [InlineData("POST", "/open-apis/im/v1/messages", """{"uuid":"a","uuid":"b"}""", false)]
    [InlineData("POST", "/open-apis/im/v1/messages", """{"uuid":"\ud800"}""", false)]
    [InlineData("POST", "/open-apis/im/v1/messages", "", false)]
    public void Others_are_left_as_they_are(string method, string path, string body, bool isSafe) => Assert.Equal((body, isSafe), Of(method, path, body));

    private static (string Body, bool IsSafe) Of(string method, string path, string body, int? minutes = null)
    {
        var call = new ProxyRequest(new CallTarget(Some.Apps().Default, Some.User, ScopeSet.Empty), new HttpMethod(method), new ProxyPath(path, ""), Apis.Find(method, path));
        var (sent, repeats) = Deduplication.Of(call, Encoding.UTF8.GetBytes(body));
        Assert.Equal(minutes, repeats.For?.TotalMinutes);
        return (Encoding.UTF8.GetString(sent.Span), repeats.AreSafe);
    }
}
