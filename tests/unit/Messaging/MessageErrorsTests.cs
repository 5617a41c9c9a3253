using LarkService.Messaging;

namespace LarkService.UnitTests.Messaging;

public sealed class MessageErrorsTests
{
    [Theory]
    [InlineData(230011, true, true, false)]
    [InlineData(230110, true, true, false)]
    [InlineData(230031, false, true, false)]
    [InlineData(230053, false, false, true)]
    [InlineData(230002, false, false, true)]
    [InlineData(230020, false, false, false)]
    public void A_code_says_what_is_left_to_do(int code, bool gone, bool unchangeable, bool unreachable)
    {
        Assert.Equal(gone, MessageErrors.IsGone(code));
        Assert.Equal(unchangeable, MessageErrors.CannotBeChanged(code));
        Assert.Equal(unreachable, MessageErrors.CannotBeReached(code));
    }

    [Fact]
    public void Some_refusals_pass_and_some_are_about_the_words()
    {
        Assert.True(MessageErrors.IsPassing(MessageErrors.TooFrequent));
        Assert.True(MessageErrors.IsContentRefused(230028));
        Assert.False(MessageErrors.IsPassing(230028));
    }
}
