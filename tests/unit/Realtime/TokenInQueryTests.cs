using LarkService.Realtime;
using Microsoft.AspNetCore.Http;

namespace LarkService.UnitTests.Realtime;

public sealed class TokenInQueryTests
{
    [Theory]
    [InlineData("/hubs/realtime", "?access_token=lks_1", null, "Bearer lks_1", "")]
    [InlineData("/hubs/realtime", "?id=7&ACCESS_TOKEN=lks_1&x=%20", null, "Bearer lks_1", "?id=7&x=%20")]
    [InlineData("/hubs/realtime/negotiate", "?access_token=lks_1&negotiateVersion=1", null, "Bearer lks_1", "?negotiateVersion=1")]
    [InlineData("/hubs/realtime", "?access_token=lks_1", "Bearer lks_2", "Bearer lks_2", "")]
    [InlineData("/hubs/realtime", "?id=7", null, "", "?id=7")]
    [InlineData("/api/v1/grants", "?access_token=lks_1", null, "", "?access_token=lks_1")]
    [InlineData("/hubs/realtimes", "?access_token=lks_1", null, "", "?access_token=lks_1")]
    public async Task A_token_in_the_query_of_the_hub_becomes_a_header_and_is_gone_from_the_address(string path, string query, string? header, string authorization, string left)
    {
        var http = new DefaultHttpContext();
        (http.Request.Path, http.Request.QueryString) = (path, new QueryString(query));
        if (header is not null)
        {
            http.Request.Headers.Authorization = header;
        }

        var passed = false;
        await TokenInQuery.PassAsync(http, _ =>
        {
            passed = true;
            return Task.CompletedTask;
        });

        Assert.True(passed);
        Assert.Equal((authorization, left), (http.Request.Headers.Authorization.ToString(), http.Request.QueryString.Value ?? ""));
    }
}
