using LarkService.LongConnection;

namespace LarkService.UnitTests.LongConnection;

public sealed class ReconnectScheduleTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0.8, 1.2)]
    [InlineData(2, 1.6, 2.4)]
    [InlineData(3, 3.2, 4.8)]
    [InlineData(4, 6.4, 9.6)]
    [InlineData(5, 6.4, 9.6)]
    [InlineData(1_000_000, 6.4, 9.6)]
    public void Delays_double_up_to_eight_seconds_give_or_take_a_fifth(int failures, double least, double most)
    {
        Assert.Equal(least, new ReconnectSchedule(() => 0).DelayFor(failures).TotalSeconds, 6);
        Assert.Equal(most, new ReconnectSchedule(() => 1).DelayFor(failures).TotalSeconds, 6);
        Assert.InRange(new ReconnectSchedule().DelayFor(failures).TotalSeconds, least, most);
    }
}
