using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests.Access;

public sealed class CallCountsTests
{
    [Fact]
    public void Beyond_twenty_thousand_pairs_nobody_is_told_apart_any_more_and_nothing_that_was_counted_is_lost()
    {
        var counts = new CallCounts(new ChangeSignal(TimeProvider.System));
        for (var i = 0; i < CallCounts.MostKeys + 10; i++)
        {
            counts.Add("GET /open-apis/a", $"ou_{i}");
        }

        counts.Add("GET /open-apis/a", "ou_0");

        Assert.Equal(CallCounts.MostKeys + 11, counts.Of("GET /open-apis/a"));
        Assert.Equal(2, counts.Of("GET /open-apis/a", "ou_0"));
        Assert.Equal(10, counts.Of("GET /open-apis/a", CallCounts.Others));
        Assert.Equal(CallCounts.MostKeys + 1, counts.All.Count);
    }
}
