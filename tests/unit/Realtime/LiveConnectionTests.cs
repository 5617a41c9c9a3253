using LarkService.Realtime;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Realtime;

/// <summary>Who is told what, and what becomes of those who do not listen.</summary>
public sealed class LiveConnectionTests
{
    private const string Gauge = "lark_service.realtime.connections";

    [Fact]
    public void An_event_concerns_its_group_alone()
    {
        var connection = new FakeLine("key:1", "authorizations.read").Open();

        Assert.True(connection.IsIn(LiveGroups.Everybody));
        Assert.True(connection.IsIn(LiveGroups.OfCaller("key:1")));
        Assert.True(connection.IsIn(LiveGroups.OfPermission("authorizations.read")));
        Assert.False(connection.IsIn(LiveGroups.OfCaller("key:2")));
        Assert.False(connection.IsIn(LiveGroups.OfPermission("grants.read")));
        Assert.False(connection.IsIn("key:1"));
    }

    [Fact]
    public void A_client_that_takes_nothing_is_cut_off_after_a_hundred_events_and_once()
    {
        var line = new FakeLine("key:1") { IsStuck = true };
        var connection = line.Open();

        Assert.All(Enumerable.Range(0, LiveConnection.MostWaiting), i => Assert.True(connection.Send("tick", [i])));
        Assert.False(line.WasCut);
        Assert.False(connection.Send("tick", [100]));
        Assert.True(line.WasCut);
        Assert.True(connection.Send("tick", [101])); // it is said once
        Assert.Equal(LiveConnection.MostWaiting, line.Told.Count);
    }

    [Fact]
    public void A_client_that_is_slow_but_reads_stays()
    {
        var line = new FakeLine("key:1") { IsStuck = true };
        var connection = line.Open();
        Assert.All(Enumerable.Range(0, LiveConnection.MostWaiting), i => Assert.True(connection.Send("tick", [i])));
        line.Read();

        Assert.All(Enumerable.Range(0, 1000), i => Assert.True(connection.Send("tick", [i])));
        Assert.False(line.WasCut);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_is_closed_is_told_why_and_whether_to_come_back(bool mayComeBack)
    {
        var line = new FakeLine("key:1");

        await line.Open().EndAsync(LiveError.NotHandled("x"), mayComeBack, new ManualTime());

        Assert.Equal(RealtimeHub.ErrorEvent, Assert.Single(line.Told).Name);
        Assert.Equal((mayComeBack, !mayComeBack), (line.WasAskedToComeBack, line.WasCut));
    }

    [Fact]
    public async Task A_client_that_does_not_listen_is_closed_all_the_same()
    {
        var clock = new ManualTime();
        var line = new FakeLine("key:1") { IsStuck = true };

        var ending = line.Open().EndAsync(LiveError.NotHandled(null), mayComeBack: false, clock);
        await clock.SomeoneWaitsForAsync(2);
        Assert.False(line.WasCut);
        clock.AdvanceSeconds(2);
        await ending.Soon();

        Assert.True(line.WasCut);
    }

    [Fact]
    public void A_caller_has_so_many_connections_and_they_are_counted()
    {
        using var meters = new CountedMeters();
        var connections = new LiveConnections(new RealtimeMetrics(meters));
        List<LiveConnection> mine = [.. Enumerable.Range(0, LiveConnections.MostOfOneCaller).Select(_ => new FakeLine("key:1").Open())];

        Assert.All(mine, c => Assert.True(connections.TryAdd(c)));
        Assert.False(connections.TryAdd(new FakeLine("key:1").Open()));
        Assert.True(connections.TryAdd(new FakeLine("key:2").Open()));
        meters.Observe();
        Assert.Equal(LiveConnections.MostOfOneCaller + 1, meters.Sum(Gauge));

        connections.Remove(mine[0].Id);
        connections.Remove(mine[0].Id); // one that was refused leaves, too
        Assert.True(connections.TryAdd(new FakeLine("key:1").Open()));
        Assert.False(connections.TryAdd(new FakeLine("key:1").Open()));
    }

    [Fact]
    public void All_callers_together_have_so_many_connections()
    {
        using var meters = new CountedMeters();
        var connections = new LiveConnections(new RealtimeMetrics(meters));
        Assert.All(Enumerable.Range(0, LiveConnections.Most), i => Assert.True(connections.TryAdd(new FakeLine($"key:{i}").Open())));

        Assert.False(connections.TryAdd(new FakeLine("key:another").Open()));
    }

    [Fact]
    public async Task A_client_that_takes_nothing_holds_up_nobody()
    {
        using var meters = new CountedMeters();
        var (connections, arrivals, log) = (new LiveConnections(new RealtimeMetrics(meters)), new LiveArrivals(NullLogger<LiveArrivals>.Instance), new ListLogger<LiveDelivery>());
        FakeLine stuck = new("key:1") { IsStuck = true }, good = new("key:1"), other = new("key:2");
        Assert.All([stuck, good, other], line => Assert.True(connections.TryAdd(line.Open())));
        using var delivery = new LiveDelivery(arrivals, connections, log);
        await delivery.StartAsync(default);

        for (var i = 0; i < 200; i++)
        {
            arrivals.Add(new LiveEvent("tick", LiveGroups.OfCaller("key:1"), System.Text.Json.JsonSerializer.SerializeToElement(i)));
        }

        await Until.TrueAsync(() => good.Told.Count == 200);
        await delivery.StopAsync(default);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), good.Told.Select(t => t.Data!.ToString()));
        Assert.Empty(other.Told);
        Assert.True(stuck.WasCut);
        Assert.Contains("key:1", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_too_much_at_once_the_oldest_is_left_out_and_that_is_said_once()
    {
        var log = new ListLogger<LiveArrivals>();
        var arrivals = new LiveArrivals(log);
        for (var i = 0; i < LiveArrivals.Most + 5; i++)
        {
            arrivals.Add(new LiveEvent($"{i}", LiveGroups.Everybody, default));
        }

        Assert.True(arrivals.Reader.TryRead(out var first));
        Assert.Equal("5", first.Name);
        Assert.Single(log.Lines);
    }
}
