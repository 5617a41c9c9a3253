using System.Text.Json;
using LarkService.Data.Outbox;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Data;

public sealed class OutboxTests : IDisposable
{
    private const string Topic = "grant.completed";
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();
    private readonly ManualTime _clock = new();
    private readonly OutboxSignal _signal = new();
    private readonly ScriptedSubscriber _card = new();
    private readonly ScriptedSubscriber _calls = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly OutboxSubscription[] _subscriptions;

    public OutboxTests() => _subscriptions = [new(Topic, "card", _ => _card), new("parked", "calls", _ => _calls)];

    [Fact]
    public async Task A_message_is_carried_out_once_and_gone()
    {
        await PublishAsync(Topic, "ou_1", 1);
        await LookAsync();
        await LookAsync();

        Assert.Equal([1], _card.Handled);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task A_message_of_a_transaction_that_was_rolled_back_is_never_carried_out()
    {
        await using (var db = _file.Database.Open())
        await using (await db.Database.BeginTransactionAsync())
        {
            Publisher().Add(db, Topic, "ou_1", new { number = 1 });
            await db.SaveChangesAsync();
        }

        await LookAsync();

        Assert.Empty(_card.Handled);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task A_message_of_a_transaction_is_carried_out_when_it_has_committed()
    {
        await _file.Database.TransactAsync(
            async db =>
            {
                Publisher().Add(db, Topic, "ou_1", new { number = 1 });
                return await db.SaveChangesAsync();
            },
            default);

        await LookAsync();

        Assert.Equal([1], _card.Handled);
    }

    [Fact]
    public async Task Each_subscriber_of_a_topic_gets_a_message_of_its_own()
    {
        var both = new OutboxSubscription[] { new(Topic, "card", _ => _card), new(Topic, "calls", _ => _calls) };
        await PublishAsync(Topic, "ou_1", 1, both);
        _card.Fail(1);

        await LookAsync(Loop(both));

        Assert.Equal([1], _calls.Handled);
        Assert.Equal("card", Assert.Single(await RowsAsync()).Subscriber);
    }

    [Fact]
    public async Task For_an_idle_subscriber_nothing_is_written_and_what_was_written_before_is_carried_out()
    {
        var idle = new OutboxSubscription[] { new(Topic, "card", _ => _card) { IsIdle = true } };
        await PublishAsync(Topic, "ou_1", 1);
        await PublishAsync(Topic, "ou_1", 2, idle);

        await LookAsync(Loop(idle));

        Assert.Equal([1], _card.Handled);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task A_topic_without_subscribers_leaves_nothing()
    {
        await PublishAsync("nobody.listens", "ou_1", 1);

        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task Messages_of_one_key_run_in_their_order_and_wait_for_one_that_failed()
    {
        await PublishAsync(Topic, "ou_1", 1);
        await PublishAsync(Topic, "ou_1", 2);
        await PublishAsync(Topic, "ou_2", 3);
        _card.Fail(1);

        await LookAsync();
        Assert.Equal([3], _card.Handled);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await LookAsync();
        await LookAsync();
        Assert.Equal([3, 1, 2], _card.Handled);
    }

    [Fact]
    public async Task A_failed_message_is_tried_again_after_longer_and_longer_pauses_and_given_up_after_8_tries()
    {
        await PublishAsync(Topic, "ou_1", 1);
        _card.Fail(1, times: 100);

        await LookAsync();
        foreach (var pause in new[] { 1, 5, 30, 300, 1800, 7200, 21600 })
        {
            var tries = _card.Tries;
            _clock.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            await LookAsync();
            Assert.Equal(tries, _card.Tries);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await LookAsync();
            Assert.Equal(tries + 1, _card.Tries);
        }

        var row = Assert.Single(await RowsAsync());
        Assert.True(row.Dead);
        Assert.Equal(8, row.Attempts);
        Assert.Equal(nameof(InvalidOperationException), row.LastError);
        _clock.Advance(TimeSpan.FromDays(30));
        await LookAsync();
        Assert.Equal(8, _card.Tries);
    }

    [Fact]
    public async Task A_message_that_was_given_up_does_not_hold_up_the_next_of_its_key()
    {
        await PublishAsync(Topic, "ou_1", 1);
        await PublishAsync(Topic, "ou_1", 2);
        await _file.Database.RunAsync(db => db.Set<OutboxMessage>().OrderBy(m => m.Id).Take(1).ExecuteUpdateAsync(u => u.SetProperty(m => m.Dead, true)));

        await LookAsync();

        Assert.Equal([2], _card.Handled);
    }

    [Fact]
    public async Task A_message_whose_process_died_is_taken_over_after_a_minute()
    {
        // Given a process that has claimed the message and never comes to its end
        var stuck = new TaskCompletionSource();
        _card.HoldNext(stuck.Task);
        await PublishAsync(Topic, "ou_1", 1);
        var dead = new HashSet<Task>();
        await Loop().StartDueAsync(dead, default);
        await _card.StartedAsync();

        // When another one looks
        await LookAsync();
        Assert.Equal(1, _card.Tries);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync();

        // Then it takes over when the first one's minute is over
        Assert.Equal(2, _card.Tries);
        Assert.Empty(await RowsAsync());
        stuck.SetResult();
        await Task.WhenAll(dead);
    }

    [Fact]
    public async Task Where_there_can_be_no_other_process_what_one_before_had_in_hand_is_carried_out_at_the_start()
    {
        // Given a process that died with a message in hand, and a message that was put off
        var stuck = new TaskCompletionSource();
        _card.HoldNext(stuck.Task);
        await PublishAsync(Topic, "ou_1", 1);
        var dead = new HashSet<Task>();
        await Loop().StartDueAsync(dead, default);
        await _card.StartedAsync();
        await PublishAsync(Topic, "ou_2", 2);
        await _file.Database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Key == "ou_2").ExecuteUpdateAsync(u => u.SetProperty(m => m.DueAt, _clock.GetUtcNow().AddMinutes(5))));

        // When the next one starts, and no time passes
        using var next = Loop();
        await next.StartAsync(default);
        await Until.TrueAsync(() => _card.Handled.Count > 0);
        await next.StopAsync(default);

        Assert.Equal([1], _card.Handled);
        Assert.Equal("ou_2", Assert.Single(await RowsAsync()).Key);
        stuck.SetResult();
        await Task.WhenAll(dead);
    }

    [Fact]
    public async Task Two_processes_that_look_at_once_carry_a_message_out_once()
    {
        for (var i = 0; i < 8; i++)
        {
            await PublishAsync(Topic, $"ou_{i}", i);
        }

        await Task.WhenAll(LookAsync(Loop()), LookAsync(Loop()));
        await Task.WhenAll(LookAsync(Loop()), LookAsync(Loop()));

        Assert.Equal(Enumerable.Range(0, 8), _card.Handled.Order());
    }

    [Fact]
    public async Task A_slow_follow_up_holds_up_nobody_elses()
    {
        // Given a follow-up that takes its time
        var slow = new TaskCompletionSource();
        _calls.HoldNext(slow.Task);
        await PublishAsync("parked", "ou_1", 1);
        using var loop = Loop();
        await loop.StartAsync(default);
        await _calls.StartedAsync();

        // When another one is published, then it is carried out meanwhile
        await PublishAsync(Topic, "ou_2", 2);
        await _card.StartedAsync();

        slow.SetResult();
        await loop.StopAsync(default);
        Assert.Equal([2], _card.Handled);
        Assert.Equal([1], _calls.Handled);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task What_was_published_elsewhere_is_found_at_the_next_look()
    {
        using var loop = Loop();
        await loop.StartAsync(default);
        await _clock.SomeoneWaitsAsync();

        await PublishAsync(Topic, "ou_1", 1, wake: false);
        _clock.Advance(TimeSpan.FromSeconds(2));

        await _card.StartedAsync();
        await loop.StopAsync(default);
        Assert.Equal([1], _card.Handled);
    }

    [Fact]
    public async Task A_message_in_work_when_the_host_stops_is_due_again_at_once_and_the_try_does_not_count()
    {
        _card.HoldNext(Task.Delay(Timeout.InfiniteTimeSpan));
        await PublishAsync(Topic, "ou_1", 1);
        using var loop = Loop();
        await loop.StartAsync(default);
        await _card.StartedAsync();

        await loop.StopAsync(default);

        Assert.Equal(0, Assert.Single(await RowsAsync()).Attempts);
        await LookAsync();
        Assert.Equal([1], _card.Handled);
    }

    [Fact]
    public async Task A_message_for_a_subscriber_nobody_knows_is_put_back()
    {
        await PublishAsync(Topic, "ou_1", 1);

        await LookAsync(Loop([]));

        Assert.Equal(1, Assert.Single(await RowsAsync()).Attempts);
    }

    [Fact]
    public async Task A_message_whose_time_has_not_come_waits_for_it_however_often_and_is_never_given_up()
    {
        await PublishAsync(Topic, "ou_1", 1);
        _card.NotYet(1, times: 20);

        for (var look = 1; look <= 20; look++)
        {
            await LookAsync();
            Assert.Equal(look, _card.Tries);
            _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
            await LookAsync();
            Assert.Equal(look, _card.Tries);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal((0, false, null), (Assert.Single(await RowsAsync()).Attempts, (await RowsAsync())[0].Dead, (await RowsAsync())[0].LastError));
        await LookAsync();
        Assert.Equal([1], _card.Handled);
    }

    public void Dispose()
    {
        _services.Dispose();
        _signal.Dispose();
        _file.Dispose();
    }

    private async Task PublishAsync(string topic, string key, int number, OutboxSubscription[]? subscriptions = null, bool wake = true)
    {
        var publisher = Publisher(subscriptions);
        await _file.Database.RunAsync(async db =>
        {
            publisher.Add(db, topic, key, new { number });
            await db.SaveChangesAsync();
        });
        if (wake)
        {
            publisher.Committed();
        }
    }

    private OutboxPublisher Publisher(OutboxSubscription[]? subscriptions = null) => new(subscriptions ?? _subscriptions, _signal, _clock);

    private OutboxLoop Loop(OutboxSubscription[]? subscriptions = null) =>
        new(_file.Database, subscriptions ?? _subscriptions, _services, _signal, _clock, NullLogger<OutboxLoop>.Instance);

    /// <summary>One look of a process, to the end of what it started.</summary>
    private async Task LookAsync(OutboxLoop? loop = null)
    {
        using var owned = loop ?? Loop();
        var started = new HashSet<Task>();
        await owned.StartDueAsync(started, default);
        await Task.WhenAll(started);
    }

    private Task<List<OutboxMessage>> RowsAsync() => _file.Database.RunAsync(db => db.Set<OutboxMessage>().AsNoTracking().ToListAsync());

    private sealed class ScriptedSubscriber : IOutboxSubscriber
    {
        private readonly Lock _gate = new();
        private readonly List<int> _handled = [];
        private readonly SemaphoreSlim _started = new(0);
        private Task? _hold;
        private readonly Dictionary<int, int> _failures = [];
        private readonly Dictionary<int, int> _early = [];
        private int _tries;

        public int Tries => _tries;

        public IReadOnlyList<int> Handled
        {
            get
            {
                lock (_gate)
                {
                    return [.. _handled];
                }
            }
        }

        public void Fail(int number, int times = 1) => _failures[number] = times;

        /// <summary>So often it is five minutes too early.</summary>
        public void NotYet(int number, int times) => _early[number] = times;

        public void HoldNext(Task until) => _hold = until;

        public Task StartedAsync() => _started.WaitAsync();

        public async Task HandleAsync(JsonElement payload, CancellationToken ct)
        {
            Interlocked.Increment(ref _tries);
            _started.Release();
            if (Interlocked.Exchange(ref _hold, null) is { } hold)
            {
                await hold.WaitAsync(ct);
            }

            var number = payload.GetProperty("number").GetInt32();
            lock (_gate)
            {
                if (_failures.TryGetValue(number, out var times) && times > 0)
                {
                    _failures[number]--;
                    throw new InvalidOperationException("scripted");
                }

                if (_early.TryGetValue(number, out var left) && left > 0)
                {
                    _early[number]--;
                    throw new NotYetException(TimeSpan.FromMinutes(5));
                }

                _handled.Add(number);
            }
        }
    }
}
