using System.Diagnostics.Metrics;
using System.Text;
using LarkService.Monitoring.Metrics;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Monitoring;

/// <summary>From instruments to the page, through the real aggregation.</summary>
public sealed class MetricsExpositionTests : IDisposable
{
    private const string Prefix = "lark_service_test_";
    private readonly CountedMeters _meters = new();
    private readonly MetricsExposition _exposition;
    private readonly Meter _meter;

    public MetricsExpositionTests()
    {
        _exposition = new MetricsExposition(_meters, TimeProvider.System);
        _meter = _meters.Create("LarkService.Test");
    }

    [Fact]
    public async Task A_counter_says_what_it_counts_and_ends_in_total()
    {
        var counter = _meter.CreateCounter<long>("lark_service.test.things", "{thing}", "Things, by \\ kind\nand size.");
        counter.Add(2, new("kind", "b"), new("app_id", "x"));
        counter.Add(3, new("app_id", "x"), new("kind", "b"));
        counter.Add(1, new("app_id", "x"), new("kind", "a"));

        Assert.Equal(
            """
            # HELP lark_service_test_things_total Things, by \\ kind\nand size.
            # TYPE lark_service_test_things_total counter
            lark_service_test_things_total{app_id="x",kind="a"} 1
            lark_service_test_things_total{app_id="x",kind="b"} 5
            """,
            await PageAsync());
    }

    [Fact]
    public async Task A_counter_that_was_only_started_is_there_as_zero()
    {
        _meter.CreateCounter<long>("lark_service.test.things").Add(0, new KeyValuePair<string, object?>("outcome", "dead"));

        Assert.Contains("lark_service_test_things_total{outcome=\"dead\"} 0", await PageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_histogram_counts_up_to_each_bound_and_names_its_unit()
    {
        var histogram = _meter.CreateHistogram("lark_service.test.duration", "s", "How long.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.5, 1] });
        foreach (var seconds in (double[])[0.01, 0.011, 0.5, 3])
        {
            histogram.Record(seconds, new KeyValuePair<string, object?>("kind", "event"));
        }

        Assert.Equal(
            """
            # HELP lark_service_test_duration_seconds How long.
            # TYPE lark_service_test_duration_seconds histogram
            lark_service_test_duration_seconds_bucket{kind="event",le="0.01"} 1
            lark_service_test_duration_seconds_bucket{kind="event",le="0.5"} 3
            lark_service_test_duration_seconds_bucket{kind="event",le="1"} 3
            lark_service_test_duration_seconds_bucket{kind="event",le="+Inf"} 4
            lark_service_test_duration_seconds_sum{kind="event"} 3.521
            lark_service_test_duration_seconds_count{kind="event"} 4
            """,
            await PageAsync());
    }

    [Fact]
    public async Task A_time_without_bounds_of_its_own_is_counted_in_bounds_for_seconds()
    {
        _meter.CreateHistogram<double>("lark_service.test.duration", "s").Record(0.004);

        var page = await PageAsync();

        Assert.Contains("lark_service_test_duration_seconds_bucket{le=\"0.0025\"} 0", page, StringComparison.Ordinal);
        Assert.Contains("lark_service_test_duration_seconds_bucket{le=\"0.005\"} 1", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_up_and_down_is_a_gauge_whatever_number_it_holds()
    {
        _meter.CreateUpDownCounter<long>("lark_service.test.active").Add(-2);
        _meter.CreateObservableGauge("lark_service.test.nan", () => double.NaN);
        _meter.CreateObservableGauge("lark_service.test.plus", () => double.PositiveInfinity);
        _meter.CreateObservableGauge("lark_service.test.minus", () => double.NegativeInfinity);
        _meter.CreateObservableGauge("lark_service.test.size", () => 1.5e10, "By");

        var page = await PageAsync();

        foreach (var line in (string[])["# TYPE lark_service_test_active gauge", "lark_service_test_active -2", "lark_service_test_nan NaN", "lark_service_test_plus +Inf", "lark_service_test_minus -Inf", "lark_service_test_size_bytes 15000000000"])
        {
            Assert.Contains(line, page.Split('\n'));
        }
    }

    [Fact]
    public async Task Label_values_are_escaped_and_label_names_are_cleaned()
    {
        _meter.CreateCounter<long>("lark_service.test.odd").Add(1, new("http.route", "a\"b\\c\nd"), new("9", true), new("名", "é值"), new("none", null));

        Assert.EndsWith(
            """lark_service_test_odd_total{_="é值",_9="true",http_route="a\"b\\c\nd",none=""} 1""", await PageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tags_that_come_to_one_label_make_one_label()
    {
        _meter.CreateCounter<long>("lark_service.test.odd").Add(1, new("a.b", "1"), new("a-b", "2"));

        Assert.Single((await PageAsync()).Split('\n')[^1].Split("a_b="), part => part.StartsWith('"'));
    }

    [Fact]
    public async Task Two_instruments_that_come_to_one_name_keep_the_page_valid()
    {
        _meter.CreateCounter<long>("lark_service.test.twice").Add(1);
        _meter.CreateCounter<long>("lark_service.test-twice").Add(1);
        _meter.CreateHistogram<double>("lark_service.test.twice_total").Record(1);

        var lines = (await PageAsync()).Split('\n');

        Assert.Single(lines, line => line.StartsWith("# TYPE", StringComparison.Ordinal));
        Assert.Single(lines, line => !line.StartsWith('#'));
    }

    [Fact]
    public async Task A_label_that_grows_without_end_is_summed_up_under_one()
    {
        var counter = _meter.CreateCounter<long>("lark_service.test.leak");
        for (var i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        var lines = (await PageAsync()).Split('\n').Where(l => !l.StartsWith('#')).ToList();

        Assert.InRange(lines.Count, 1500, 2100);
        Assert.Contains(lines, l => l.Contains("otel_metric_overflow=\"true\"", StringComparison.Ordinal));
        Assert.Equal(5000, lines.Sum(l => int.Parse(l.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Another_host_in_the_same_process_has_a_page_of_its_own()
    {
        using var others = new CountedMeters();
        others.Create("LarkService.Test").CreateCounter<long>("lark_service.test.theirs").Add(1);
        _meter.CreateCounter<long>("lark_service.test.ours").Add(1);

        var page = await PageAsync();

        Assert.Contains("ours", page, StringComparison.Ordinal);
        Assert.DoesNotContain("theirs", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_runtime_and_the_process_are_on_the_page_with_types_that_fit()
    {
        _ = new ProcessMetrics(_meters);

        var page = await WholePageAsync();

        foreach (var family in (string[])
            ["dotnet_gc_collections_total counter", "dotnet_gc_pause_time_seconds_total counter", "dotnet_thread_pool_threads gauge", "dotnet_thread_pool_queue_length gauge",
            "process_cpu_seconds_total counter", "process_resident_memory_bytes gauge", "process_start_time_seconds gauge"])
        {
            Assert.Contains($"# TYPE {family}\n", page, StringComparison.Ordinal);
        }

        Assert.EndsWith("\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_asked_for_at_once_are_made_one_after_the_other()
    {
        var (inside, most) = (0, 0);
        _meter.CreateObservableGauge("lark_service.test.slow", () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.SpinWait(200_000);
            Interlocked.Decrement(ref inside);
            return 1;
        });

        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(PageAsync)));

        Assert.Equal(1, most);
        Assert.Single(pages.Distinct());
    }

    [Fact]
    public async Task Who_waits_too_long_for_the_others_is_turned_away()
    {
        var clock = new ManualTime();
        using var exposition = new MetricsExposition(_meters, clock);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var first = true;
        _meter.CreateObservableGauge("lark_service.test.stuck", () =>
        {
            if (first)
            {
                first = false;
                entered.Set();
                leave.Wait(TestContext.Current.CancellationToken);
            }

            return 1;
        });
        var stuck = Task.Run(() => exposition.CollectAsync(default));
        entered.Wait(TestContext.Current.CancellationToken);

        var next = exposition.CollectAsync(default);
        await clock.SomeoneWaitsAsync();
        clock.AdvanceSeconds(5);

        Assert.Null(await next.Soon());
        leave.Set();
        Assert.NotNull(await stuck.Soon());
    }

    public void Dispose()
    {
        _exposition.Dispose();
        _meters.Dispose();
    }

    private async Task<string> PageAsync() => string.Join('\n', (await WholePageAsync()).Split('\n').Where(l => l.Contains(Prefix, StringComparison.Ordinal)));

    private async Task<string> WholePageAsync() => Encoding.UTF8.GetString((await _exposition.CollectAsync(TestContext.Current.CancellationToken))!.Value.Span);
}
