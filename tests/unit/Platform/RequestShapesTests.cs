using LarkService.Platform.Http;

namespace LarkService.UnitTests.Platform;

public sealed class RequestShapesTests
{
    [Theory]
    [InlineData("ou_0123456789abcdef0123456789abcdef", true)]
    [InlineData("ou_0123456789abcdef0123456789abcdef\n", false)] // $ would take it
    [InlineData(" ou_1", false)]
    [InlineData("on_1", false)]
    [InlineData("ou_", false)]
    [InlineData(null, false)]
    public void An_open_id_is_all_there_is(string? openId, bool isOne) => Assert.Equal(isOne, RequestShapes.IsOpenId(openId));

    [Theory]
    [InlineData("im:message\n")]
    [InlineData("im:message ")]
    [InlineData("im:message im:chat")]
    [InlineData("")]
    public void A_scope_holds_no_blank(string scope) => Assert.Contains("which is no scope", RequestShapes.FaultIn([scope]), StringComparison.Ordinal);
}
