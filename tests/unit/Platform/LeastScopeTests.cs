using LarkService.Platform;

namespace LarkService.UnitTests.Platform;

public sealed class LeastScopeTests
{
    [Theory]
    [InlineData("task:task:write task:task:read", "task:task:read")]
    [InlineData("drive:drive drive:drive:readonly drive:drive.metadata:readonly", "drive:drive.metadata:readonly")]
    [InlineData("contact:contact:readonly contact:contact.base:readonly contact:user.base:readonly", "contact:contact.base:readonly")]
    [InlineData("bitable:app bitable:app:readonly base:record:retrieve", "bitable:app:readonly")]
    [InlineData("calendar:calendar calendar:calendar.event:create calendar:calendar:update", "calendar:calendar.event:create")]
    [InlineData("im:message im:message:send_as_bot", "im:message:send_as_bot")]
    [InlineData("docs:doc docx:document", "docs:doc")]
    [InlineData("one", "one")]
    public void Reading_comes_before_writing_a_part_before_the_whole_and_then_the_platforms_order(string alternatives, string least) =>
        Assert.Equal(least, LeastScope.Of(alternatives.Split(' ')));

    [Fact]
    public void Of_nothing_there_is_no_least() => Assert.Null(LeastScope.Of([]));

    [Fact]
    public void The_recorded_alternatives_of_the_platform_give_the_reading_one() =>
        Assert.Equal("task:task:read", LeastScope.Of(["task:task:read", "task:task:write"]));
}
