using LarkService.Data;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Data;

public sealed class GroupCommitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ManualTime _clock = new();
    private readonly List<int[]> _commits = [];

    [Fact]
    public async Task What_gathers_while_a_commit_runs_goes_into_the_next_one_in_order()
    {
        var go = new SemaphoreSlim(0);
        var began = new SemaphoreSlim(0);
        await using var group = Group(100, 3, async () =>
        {
            began.Release();
            await go.WaitAsync();
        });
        var first = Add(group, 0);
        await began.WaitAsync(Until.SomeTime());
        var others = Enumerable.Range(1, 4).Select(i => Add(group, i)).ToList();
        go.Release(3);
        await Task.WhenAll([first, .. others]).Soon();
        Assert.Equal([[0], [1, 2, 3], [4]], _commits);
        Assert.Equal(4 * 2, await others[3]);
    }

    [Fact]
    public async Task A_commit_that_is_heavy_enough_takes_no_more()
    {
        var go = new SemaphoreSlim(0);
        await using var group = Group(100, 100, () => go.WaitAsync(), weigh: i => i, mostWeight: 10);
        var all = new[] { 10, 4, 7, 1 }.Select(i => Add(group, i)).ToList();
        go.Release(4);
        await Task.WhenAll(all).Soon();
        Assert.All(_commits, batch => Assert.True(batch[..^1].Sum() < 10));
    }

    [Fact]
    public async Task A_failure_is_everybodys_in_the_batch_and_the_next_one_is_tried()
    {
        var fails = true;
        await using var group = Group(100, 10, () => fails ? throw new InvalidOperationException("x") : Task.CompletedTask);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Add(group, 1));
        fails = false;
        Assert.Equal(4, await Add(group, 2).Soon());
    }

    [Fact]
    public async Task Who_has_no_room_waits_for_it_no_longer_than_his_patience()
    {
        var go = new SemaphoreSlim(0);
        await using var group = Group(2, 1, () => go.WaitAsync());
        var inside = Enumerable.Range(0, 3).Select(i => Add(group, i)).ToList();
        await Until.TrueAsync(() => _commits.Count == 1);
        var outside = Enumerable.Range(3, 5).Select(i => Add(group, i)).ToList();
        await _clock.SomeoneWaitsForAsync(10);
        _clock.AdvanceSeconds(10);
        foreach (var late in outside)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => late.Soon());
        }

        // What nobody waits for any more is not committed
        go.Release(10);
        await group.DisposeAsync();
        Assert.True(_commits.Count < 4, $"{_commits.Count} commits");
        await Until.TrueAsync(() => inside.TrueForAll(task => task.IsCompleted));
    }

    [Fact]
    public async Task Waiting_for_room_and_for_the_commit_together_is_no_longer_than_the_patience()
    {
        var go = new SemaphoreSlim(0);
        await using var group = Group(1, 1, () => go.WaitAsync());
        var first = Add(group, 0);
        await Until.TrueAsync(() => _commits.Count == 1);
        var second = Add(group, 1); // fills the room
        _clock.AdvanceSeconds(6);
        var third = Add(group, 2);
        await _clock.SomeoneWaitsForAsync(10);
        _clock.AdvanceSeconds(3);
        go.Release(); // the second is taken, and so the third has room
        await first.Soon();
        await Until.TrueAsync(() => _commits.Count == 2);
        await _clock.SomeoneWaitsForAsync(7);
        _clock.AdvanceSeconds(7);
        await Assert.ThrowsAnyAsync<Exception>(() => third.Soon());
        await Assert.ThrowsAnyAsync<Exception>(() => second.Soon());
        go.Release(10);
    }

    [Fact]
    public async Task Many_callers_at_once_are_all_served()
    {
        await using var group = Group(64, 16, () => Task.CompletedTask);
        var all = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Task.Run(() => Add(group, i)))).Soon();
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => i * 2), all);
    }

    private Task<int> Add(GroupCommit<int, int> group, int item) => group.AddAsync(item, Patience, _clock, CancellationToken.None);

    private GroupCommit<int, int> Group(int room, int most, Func<Task> commit, Func<int, int>? weigh = null, int mostWeight = int.MaxValue) => new(
        room,
        most,
        async batch =>
        {
            lock (_commits)
            {
                _commits.Add([.. batch.Select(entry => entry.Item)]);
            }

            await commit();
            foreach (var entry in batch)
            {
                entry.TrySetResult(entry.Item * 2);
            }
        },
        weigh,
        mostWeight);
}
