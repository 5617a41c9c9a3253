using LarkService.Realtime;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Realtime;

/// <summary>Nobody stays connected longer than they may call.</summary>
public sealed class FormerCallerLoopTests : IDisposable
{
    private readonly ManualTime _clock = new();
    private readonly CountedMeters _meters = new();
    private readonly Former _former = new();
    private readonly ListLogger<FormerCallerLoop> _log = new();
    private readonly LiveConnections _connections;
    private readonly FormerCallerLoop _loop;

    public FormerCallerLoopTests()
    {
        _connections = new(new RealtimeMetrics(_meters));
        _loop = new(_connections, _former, _clock, _log);
    }

    [Fact]
    public async Task Whose_token_ran_out_is_closed_and_may_come_back_with_another()
    {
        FakeLine soon = new("account:1"), later = new("account:2"), never = new("key:3");
        Assert.True(_connections.TryAdd(soon.Open(_clock.GetUtcNow().AddSeconds(7))));
        Assert.True(_connections.TryAdd(later.Open(_clock.GetUtcNow().AddSeconds(60))));
        Assert.True(_connections.TryAdd(never.Open()));

        await LookAsync();
        Assert.Empty(soon.Told);
        await LookAsync();

        Assert.True(soon.WasAskedToComeBack);
        var error = Assert.IsType<LiveError>(Assert.Single(soon.Told).Data);
        Assert.Equal("urn:lark-service:unauthenticated", error.Type);
        Assert.Contains("expired", error.Detail, StringComparison.Ordinal);
        Assert.All([later, never], line => Assert.True(line is { WasCut: false, WasAskedToComeBack: false } && line.Told.IsEmpty));
    }

    [Fact]
    public async Task Whose_key_was_taken_away_is_cut_off_on_every_line()
    {
        FakeLine one = new("key:1"), two = new("key:1"), other = new("key:2");
        Assert.All([one, two, other], line => Assert.True(_connections.TryAdd(line.Open())));
        _former.Ids.Add("key:1");

        await LookAsync();

        Assert.All([one, two], line => Assert.True(line is { WasCut: true, WasAskedToComeBack: false }));
        Assert.False(other.WasCut);
        Assert.Equal(["key:1", "key:2"], _former.Asked.Order());
    }

    [Fact]
    public async Task While_it_cannot_be_looked_up_everybody_stays_and_that_is_said_once()
    {
        var line = new FakeLine("key:1");
        Assert.True(_connections.TryAdd(line.Open()));
        _former.Ids.Add("key:1");
        _former.IsDown = true;

        await LookAsync();
        await LookAsync();
        Assert.False(line.WasCut);
        Assert.Single(_log.Lines);

        _former.IsDown = false;
        await LookAsync();
        Assert.True(line.WasCut);
    }

    [Fact]
    public async Task With_nobody_connected_nothing_is_looked_up()
    {
        _former.IsDown = true;

        await LookAsync();

        Assert.Empty(_log.Lines);
    }

    public void Dispose()
    {
        _loop.StopAsync(default).GetAwaiter().GetResult();
        _loop.Dispose();
        _meters.Dispose();
    }

    /// <summary>The next look, and until the one after it is waited for.</summary>
    private async Task LookAsync()
    {
        if (_loop.ExecuteTask is null)
        {
            await _loop.StartAsync(default);
        }

        await _clock.SomeoneWaitsForAsync(FormerCallerLoop.Look.TotalSeconds);
        _clock.Advance(FormerCallerLoop.Look);
        await _clock.SomeoneWaitsForAsync(FormerCallerLoop.Look.TotalSeconds);
    }

    private sealed class Former : IFormerCallers
    {
        public HashSet<string> Ids { get; } = [];

        public bool IsDown { get; set; }

        public IReadOnlyCollection<string> Asked { get; private set; } = [];

        public Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> callerIds, CancellationToken ct)
        {
            Asked = callerIds;
            return IsDown ? throw new InvalidOperationException("The database is away.") : Task.FromResult<IReadOnlySet<string>>(Ids);
        }
    }
}
