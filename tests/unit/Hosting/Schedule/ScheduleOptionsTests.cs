using LarkService.Hosting.Schedule;
using LarkService.UnitTests.Platform;

namespace LarkService.UnitTests.Hosting.Schedule;

public sealed class ScheduleOptionsTests
{
    [Theory]
    [InlineData("0 0 2 * * ?")]
    [InlineData("*/5 * * * * ?")]
    [InlineData("0 30 1 ? * MON-FRI")]
    public void Cron_expressions_with_seconds_are_taken(string cron) => Assert.Empty(Settings.FaultsOf<ScheduleOptions>(("Schedule__UserSync", cron)));

    [Theory]
    [InlineData("every night")]
    [InlineData("0 2 * * *")]
    [InlineData("0 0 25 * * ?")]
    [InlineData("")]
    public void Anything_else_stops_the_start_and_tells_how_to_mend_it(string cron) =>
        Assert.StartsWith($"Schedule__UserSync is '{cron}', which is no cron expression", Assert.Single(Settings.FaultsOf<ScheduleOptions>(("Schedule__UserSync", cron))), StringComparison.Ordinal);
}
