using LarkService.Platform;
using LarkService.Platform.Registry;

namespace LarkService.UnitTests.Platform;

public sealed class LeastScopeTests
{
    [Theory]
    [InlineData("task:task:read", "task:task:write task:task:read")]
    [InlineData("calendar:calendar.event:read", "calendar:calendar calendar:calendar.event:read calendar:calendar:readonly")]
    [InlineData("docs:document.media:download", "bitable:app bitable:app:readonly docs:doc docs:doc:readonly docs:document.media:download drive:drive drive:drive:readonly sheets:spreadsheet")]
    [InlineData("docs:document.comment:create", "docs:doc docs:doc:readonly docs:document.comment:create docs:document.comment:write_only drive:drive drive:drive:readonly")]
    [InlineData("drive:drive.metadata:readonly", "drive:drive drive:drive.metadata:readonly")]
    [InlineData("im:chat.members:write_only", "im:chat im:chat.members:write_only")]
    [InlineData("baike:entity", "baike:entity baike:entity:exempt_review")]
    [InlineData("search:department:read", "contact:contact:access_as_app contact:contact:readonly_as_app search:department:read")]
    [InlineData("im:message:send", "im:message im:message:send_as_bot im:message:send")]
    [InlineData("helpdesk:all", "helpdesk:all")]
    [InlineData("contact:contact.base:readonly", "contact:contact:readonly contact:contact.base:readonly contact:user.base:readonly")]
    [InlineData("calendar:calendar.event:create", "calendar:calendar calendar:calendar.event:create calendar:calendar:update")]
    [InlineData("bitable:app:readonly", "bitable:app bitable:app:readonly base:record:retrieve")]
    [InlineData("docs:doc", "docs:doc docx:document")]
    [InlineData("im:message", "im:message im:message:send_as_bot")]
    [InlineData("one", "one")]
    [InlineData("a:b:access_as_app", "a:b:access_as_app")]
    public void The_one_that_gives_away_least_is_taken_and_of_equals_the_platforms_first(string least, string alternatives) =>
        Assert.Equal(least, LeastScope.Of(alternatives.Split(' ')));

    [Fact]
    public void Of_none_there_is_none() => Assert.Null(LeastScope.Of([]));

    [Fact]
    public void For_reading_nobody_is_asked_for_more_than_reading_where_reading_will_do() =>
        Assert.All(ApiList.Read().Where(api => api.Method == "GET" && api.TakesUserToken && api.Scopes.Any(Reads)), api => Assert.True(Reads(LeastScope.Of(api.Scopes)!), $"{api}: {LeastScope.Of(api.Scopes)}"));

    private static bool Reads(string scope) => scope.EndsWith(":read", StringComparison.Ordinal) || scope.EndsWith(":readonly", StringComparison.Ordinal)
        || scope.EndsWith(":download", StringComparison.Ordinal) || scope.EndsWith(":retrieve", StringComparison.Ordinal) || scope.EndsWith(":export", StringComparison.Ordinal);
}
