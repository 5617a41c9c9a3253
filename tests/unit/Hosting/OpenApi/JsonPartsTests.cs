using LarkService.Hosting.OpenApi;

namespace LarkService.UnitTests.Hosting.OpenApi;

public sealed class JsonPartsTests
{
    [Fact]
    public void What_is_laid_over_counts_and_the_rest_stays()
    {
        var under = JsonParts.Read("""{"a": {"b": 1, "c": [1, 2]}, "d": "x"}""");

        under.Lay(JsonParts.Read("""{"a": {"c": [3]}, "e": {"f": null}}"""));

        Assert.Equal("""{"a":{"b":1,"c":[3]},"d":"x","e":{"f":null}}""", under.ToJsonString());
    }

    [Fact]
    public void Members_are_sorted_by_their_names() => Assert.Equal("""{"A":2,"a":3,"b":1}""", JsonParts.Read("""{"b": 1, "A": 2, "a": 3}""").Sorted().ToJsonString());

    [Theory]
    [InlineData("/api/v1/grants/", "/api/v1/grants")]
    [InlineData("oauth/callback", "/oauth/callback")]
    [InlineData("/api/v1/lark/open-apis/{**rest}", "/api/v1/lark/open-apis/{rest}")]
    [InlineData("/a/{id:guid}/{name?}", "/a/{id}/{name}")]
    public void Paths_are_written_as_the_document_has_them(string route, string path) => Assert.Equal(path, RouteFacts.PathOf(route));
}
