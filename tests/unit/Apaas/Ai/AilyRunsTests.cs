using LarkService.Apaas.Ai;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>How often runs are looked at.</summary>
public sealed class AilyRunsTests
{
    private readonly ManualTime _clock = new();

    [Fact]
    public async Task The_more_are_watched_the_less_often_each_is_looked_at()
    {
        var aily = new FakeAily(_clock);
        aily.Sessions.Add("session_1");
        var run = aily.AddRun("session_1", "one", ["IN_PROGRESS"]).Id;
        var runs = new AilyRuns(new AilyClient(aily), _clock);
        using var leaving = new CancellationTokenSource();
        Task<AilyLook> Watch() => runs.WatchAsync(AiScene.User, "session_1", run, partly: false, _clock.GetUtcNow().AddMinutes(2), leaving.Token).LastAsync(leaving.Token).AsTask();

        var first = Watch();
        await _clock.SomeoneWaitsForAsync(1);
        var all = Enumerable.Range(2, 19).Select(_ => Watch()).Append(first).ToList();
        await _clock.SomeoneWaitsForAsync(2.4);

        // When they have left, the next is alone
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(all));
        await using var next = runs.WatchAsync(AiScene.User, "session_1", run, partly: false, _clock.GetUtcNow().AddMinutes(2), default).GetAsyncEnumerator();
        var look = next.MoveNextAsync();
        await _clock.SomeoneWaitsForAsync(1);
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.True(await look);
        Assert.Null(next.Current.Run);
    }
}
