using System.Net;
using System.Text.Json.Nodes;

namespace LarkService.IntegrationTests.Apaas;

/// <summary>What callers are told when the platform takes no more calls, or when somebody on the way answers in its place.</summary>
public sealed class LostAnswerTests
{
    private const string Sql = "/sql_commands";

    [Fact]
    public async Task A_limit_is_a_429_and_a_gateway_leaves_a_write_open_which_its_key_does_not_send_again()
    {
        await using var shop = await Shop.OpenAsync(null, Shop.Sql);
        var path = $"/open-apis/apaas/v1/workspaces/{Shop.Root.Split('/')[^1]}{Sql}";
        var faults = shop.Scene.Platform.Faults.Board;
        var before = shop.AllTasks.Count;

        faults.FailNext(path, 400, """{"code":99991400,"msg":"request trigger frequency limit"}""");
        var limited = (await shop.SqlAsync("DELETE FROM tasks")).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.Equal((TimeSpan.FromSeconds(1), "1"), (limited.RetryAfter, limited["retryAfter"]));

        faults.FailNext(path, 502, "<html>Bad gateway</html>");
        var first = await DeleteAsync(shop);
        var again = await DeleteAsync(shop);
        Assert.Equal((503, "urn:lark-service:platform-unavailable"), ((int)first.StatusCode, JsonNode.Parse(await first.Content.ReadAsStringAsync())!["type"]!.ToString()));
        Assert.Equal((503, "true"), ((int)again.StatusCode, again.Headers.GetValues("Idempotency-Replayed").Single()));
        Assert.Equal(before, shop.AllTasks.Count);
    }

    private static Task<HttpResponseMessage> DeleteAsync(Shop shop)
    {
        var body = new JsonObject { ["openId"] = shop.Scene.Ava.OpenId, ["sql"] = "DELETE FROM tasks" };
        var request = new HttpRequestMessage(HttpMethod.Post, Shop.Root + "/sql") { Content = Shop.Json(body.ToJsonString()) };
        request.Headers.Add("Idempotency-Key", "delete-1");
        return shop.Scene.Authorized.SendAsync(request);
    }
}
