using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Callers who wait for the end of an operation.</summary>
public sealed class OperationWaitTests : IAsyncLifetime
{
    private readonly OperationScene _scene = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Who_waits_for_the_end_is_answered_when_it_comes()
    {
        var id = await _scene.ParkAsync();
        await _scene.StartAsync();
        var (first, second) = (_scene.FindAsync(id, wait: 30), _scene.FindAsync(id, wait: 60));
        await Until.TrueAsync(() => _scene.Waiters.Awaited().Count == 1);
        Assert.False(first.IsCompleted);

        await _scene.AgreeAsync();

        Assert.Equal(["succeeded", "succeeded"], (await Task.WhenAll(first, second).Soon()).Select(v => v!.State));
        Assert.Empty(_scene.Waiters.Awaited());
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_how_it_stands_also_when_the_host_stops()
    {
        var id = await _scene.ParkAsync();
        var waiting = _scene.FindAsync(id, wait: 30);
        await _scene.Clock.SomeoneWaitsForAsync(30);
        _scene.Clock.AdvanceSeconds(30);
        Assert.Equal("waiting_for_user", (await waiting.Soon())!.State);

        waiting = _scene.FindAsync(id, wait: 30);
        await _scene.Clock.SomeoneWaitsForAsync(30);
        _scene.BeginToStop();
        Assert.Equal("waiting_for_user", (await waiting.Soon())!.State);
        Assert.Empty(_scene.Waiters.Awaited());
    }

    [Fact]
    public async Task An_end_of_which_no_news_came_is_found_within_a_second()
    {
        var id = await _scene.ParkAsync();
        using var watch = new OperationWatch(_scene.Database, _scene.Waiters, _scene.Clock, NullLogger<OperationWatch>.Instance);
        await watch.StartAsync(default);
        var waiting = _scene.FindAsync(id, wait: 30);
        await Until.TrueAsync(() => _scene.Waiters.Awaited().Count == 1);
        await _scene.ChangeAsync(id, c => (c.State, c.FinishedAt) = (ParkedCallState.Declined, _scene.Clock.GetUtcNow()));

        await _scene.Clock.SomeoneWaitsForAsync(1);
        _scene.Clock.AdvanceSeconds(1);

        Assert.Equal("declined", (await waiting.Soon())!.State);
        await watch.StopAsync(default);
    }

    [Fact]
    public void More_than_ten_thousand_who_wait_are_answered_at_once()
    {
        var waiters = new OperationWaiters();
        var all = Enumerable.Range(0, OperationWaiters.Most).Select(i => waiters.Enter($"op_{i % 7}")!).ToList();

        Assert.Null(waiters.Enter("op_1"));
        all[0].Dispose();
        all[0].Dispose();
        Assert.NotNull(waiters.Enter("op_1"));
        Assert.Null(waiters.Enter("op_1"));
    }
}
