using System.Collections.Concurrent;
using LarkService.Events;
using LarkService.Events.Inbox;
using LarkService.IntegrationTests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LarkService.IntegrationTests;

/// <summary>The inbox on real databases: stored once, in order, by whom it may concern, and nothing lost while the database is away.</summary>
public abstract class InboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90); // of a machine with a lot to do; seconds otherwise

    private static Task HandledAsync(Replica replica, int count) => Eventually.TrueAsync($"{count} events being handled", () => replica.Handled.Count >= count, Patience);

    private static Task AllDoneAsync(TestDatabase database, int count) =>
        Eventually.TrueAsync($"{count} events being done", async () => await database.CountAsync("inbox_events", "state = 'done'") == count, Patience);

    public sealed class Order
    {
        [Theory]
        [BothEngines]
        public async Task A_thousand_events_of_a_chat_are_handled_in_order_while_other_chats_overtake(Engine engine)
        {
            await using var database = await TestDatabase.CreateAsync(engine);
            var recorder = new Replica.Recorder();
            await using var replica = await Replica.CreateAsync(database, recorder);
            await replica.DispatchAsync();

            // When two connections bring a thousand of one chat at full speed, and then one each for twenty others
            var arrival = new Lock();
            var number = 0;
            var all = new ConcurrentBag<Task<bool>>();
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 500; i++)
                {
                    lock (arrival)
                    {
                        all.Add(replica.ReceiveAsync($"busy{number++:0000}", "oc_busy"));
                    }
                }
            })));
            for (var i = 0; i < 20; i++)
            {
                all.Add(replica.ReceiveAsync($"other{i:00}", $"oc_{i}"));
            }

            Assert.All(await Task.WhenAll(all), Assert.True);
            await HandledAsync(replica, 1020);
            await AllDoneAsync(database, 1020);
            List<string> handled = [.. replica.Handled];
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"busy{i:0000}"), handled.Where(id => id.StartsWith("busy", StringComparison.Ordinal)));
            Assert.Equal(1020, handled.Distinct().Count());
            Assert.True(handled.FindLastIndex(id => id.StartsWith("other", StringComparison.Ordinal)) < handled.IndexOf("busy0999"));
        }

        [Fact]
        public async Task It_holds_across_replicas_and_nothing_is_handled_twice()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Postgres);
            var recorder = new Replica.Recorder();
            await using var one = await Replica.CreateAsync(database, recorder);
            await using var two = await Replica.CreateAsync(database, recorder);
            await one.DispatchAsync();
            await two.DispatchAsync();

            // Given every event on both, at the same time, the second time in another order
            var pushes = Enumerable.Range(0, 600).Select(i => (Id: $"{i % 6}-{i / 6:000}", Chat: $"oc_{i % 6}")).ToArray();
            var all = pushes.Select(p => one.ReceiveAsync(p.Id, p.Chat)).ToList();
            await Task.WhenAll(all);
            all.AddRange(pushes.Reverse().Select(p => two.ReceiveAsync(p.Id, p.Chat)));
            Assert.All(await Task.WhenAll(all), Assert.True);

            await AllDoneAsync(database, 600);
            Assert.Equal(600, replicaHandled(one).Length);
            foreach (var chat in replicaHandled(one).GroupBy(id => id[0]))
            {
                Assert.Equal(chat.Order(StringComparer.Ordinal), chat);
            }

            static string[] replicaHandled(Replica replica) => [.. replica.Handled];
        }
    }

    public sealed class Once
    {
        [Fact]
        public async Task Replicas_that_store_the_same_at_the_same_time_in_any_order_store_it_once()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Postgres);
            var recorder = new Replica.Recorder();
            await using var one = await Replica.CreateAsync(database, recorder);
            await using var two = await Replica.CreateAsync(database, recorder);

            // Given messages that come under one event id here and another there, and events that are the same
            var random = new Random(1);
            var byOne = Pushes("a", random);
            var byTwo = Pushes("b", random);
            var all = await Task.WhenAll(
                Task.WhenAll(byOne.Select(p => Task.Run(() => one.ReceiveAsync(p)))),
                Task.WhenAll(byTwo.Select(p => Task.Run(() => two.ReceiveAsync(p)))));

            Assert.All(all.SelectMany(a => a), Assert.True);
            Assert.Equal(1000, await database.CountAsync("inbox_events"));
            Assert.Equal(500, await database.CountAsync("inbox_events", "dedupe_key IS NOT NULL"));

            // And after they were handled they are known still
            await one.DispatchAsync();
            await AllDoneAsync(database, 1000);
            Assert.All(await Task.WhenAll(byTwo.Select(two.ReceiveAsync)), Assert.True);
            Assert.Equal((1000L, 1000), (await database.CountAsync("inbox_events"), one.Handled.Count));
        }

        private static List<byte[]> Pushes(string by, Random random)
        {
            List<byte[]> pushes =
            [
                .. Enumerable.Range(0, 500).Select(i => Replica.Push($"{by}{i}", new { message = new { message_id = $"om_{i}", chat_id = $"oc_{i % 20}" } }, EventTypes.Message)),
                .. Enumerable.Range(0, 500).Select(i => Replica.Push($"same{i}", new { chat_id = $"oc_{i % 20}" })),
            ];
            return [.. pushes.OrderBy(_ => random.Next())];
        }
    }

    public sealed class Poison
    {
        [Fact]
        public async Task A_row_that_cannot_be_stored_does_not_fail_the_others_of_its_commit()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Postgres);
            await using var replica = await Replica.CreateAsync(database, new());
            var all = Enumerable.Range(0, 100).Select(i => replica.ReceiveAsync(i == 50 ? "with a zero \0" : $"e{i}", "oc_1")).ToList(); // a text column takes no zero
            var acknowledged = await Task.WhenAll(all);
            Assert.Equal(Enumerable.Range(0, 100).Select(i => i != 50), acknowledged);
            Assert.Equal(99, await database.CountAsync("inbox_events"));
        }
    }

    public sealed class TakeOver
    {
        [Fact]
        public async Task What_a_dead_replica_had_in_hand_goes_to_another_within_fifteen_seconds()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Postgres);
            var clock = new MovableTime();
            await using var dead = await Replica.CreateAsync(database, new(), clock);
            Assert.True(await dead.ReceiveAsync("e1", "oc_1"));
            Assert.Single(await dead.Get<InboxClaims>().ClaimAsync(8, _ => false, true, CancellationToken.None));

            await using var living = await Replica.CreateAsync(database, new(), clock);
            await living.DispatchAsync();
            await dead.ReceiveAsync("e2", "oc_2");
            await HandledAsync(living, 1);
            Assert.Equal(["e2"], living.Handled);
            clock.Advance(TimeSpan.FromSeconds(15));
            await HandledAsync(living, 2);
            Assert.Equal(["e2", "e1"], living.Handled);
        }
    }

    public sealed class Away
    {
        [Fact]
        public async Task A_PostgreSQL_that_is_gone_for_seconds_under_load_loses_nothing_and_nothing_is_handled_twice()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Postgres);
            var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            await using var relay = new TcpRelay(settings.Port);
            settings.Port = relay.Port;
            await using var replica = await Replica.CreateAsync(database, new(), connectionString: settings.ConnectionString);
            await replica.DispatchAsync();
            await UnderLoadAsync(replica, database, async () =>
            {
                relay.Cut();
                Assert.False(await replica.ReceiveAsync("while it is away", "oc_x"));
                relay.Mend();
            });
        }

        [Fact]
        public async Task An_SQLite_file_that_is_locked_for_seconds_under_load_loses_nothing_and_nothing_is_handled_twice()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Sqlite);
            await using var replica = await Replica.CreateAsync(database, new());
            await replica.DispatchAsync();
            await UnderLoadAsync(replica, database, async () =>
            {
                await using var other = new SqliteConnection(database.ConnectionString + ";Pooling=False");
                await other.OpenAsync();
                await using var held = other.BeginTransaction(deferred: false);
                Assert.False(await replica.ReceiveAsync("while it is away", "oc_x")); // gives up within three seconds
                await held.RollbackAsync();
            });
        }

        // Sixteen slots push until they are acknowledged, as the platform does.
        private static async Task UnderLoadAsync(Replica replica, TestDatabase database, Func<Task> trouble)
        {
            var next = 0;
            var over = false;
            var slots = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
            {
                while (!Volatile.Read(ref over))
                {
                    var i = Interlocked.Increment(ref next);
                    while (!await replica.ReceiveAsync($"e{i}", $"oc_{i % 50}"))
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                    }
                }
            })).ToList();
            await HandledAsync(replica, 200);
            await trouble();
            var handled = replica.Handled.Count;
            await HandledAsync(replica, handled + 200);
            Volatile.Write(ref over, true);
            await Task.WhenAll(slots);
            Assert.True(await replica.ReceiveAsync("while it is away", "oc_x"));
            await AllDoneAsync(database, next + 1);
            Assert.Equal(next + 1, replica.Handled.Count);
            Assert.Equal(next + 1, replica.Handled.Distinct().Count());
        }
    }

    public sealed class Plans
    {
        [Theory]
        [BothEngines]
        public async Task Claiming_and_forgetting_go_by_their_indexes(Engine engine)
        {
            await using var database = await TestDatabase.CreateAsync(engine);
            await using var replica = await Replica.CreateAsync(database, new());
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => replica.ReceiveAsync($"e{i}", $"oc_{i % 200}")));
            await database.ExecuteAsync("ANALYZE");
            var explain = engine == Engine.Sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ";
            await GoesByAsync("ix_inbox_events_ordering_key_position", "SELECT ordering_key FROM inbox_events WHERE state = 'received' AND ordering_key > 'x' ORDER BY ordering_key LIMIT 1");
            await GoesByAsync("ix_inbox_events_ordering_key_position", "SELECT * FROM inbox_events WHERE state = 'received' AND ordering_key = 'x' ORDER BY position LIMIT 32");
            await GoesByAsync("ix_inbox_events_position", "SELECT * FROM inbox_events WHERE state = 'dead' AND position > 5 ORDER BY position LIMIT 50");
            await GoesByAsync("ix_inbox_events_state_handled_at", engine == Engine.Sqlite
                ? "SELECT event_id FROM inbox_events WHERE state = 'done' AND handled_at <= 5 ORDER BY handled_at LIMIT 1000"
                : "SELECT event_id FROM inbox_events WHERE state = 'done' AND handled_at <= now() ORDER BY handled_at LIMIT 1000");

            async Task GoesByAsync(string index, string sql)
            {
                var plan = string.Join('\n', (await database.RowsAsync(explain + sql)).Select(row => string.Join(' ', row)));
                Assert.Contains(index, plan, StringComparison.Ordinal);
                Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            }
        }

        [Fact]
        public async Task What_is_acknowledged_on_SQLite_is_flushed_to_the_disk()
        {
            await using var database = await TestDatabase.CreateAsync(Engine.Sqlite);
            await using var replica = await Replica.CreateAsync(database, new());
            Assert.Equal("wal", await database.ScalarAsync("PRAGMA journal_mode"));
            Assert.Equal(2L, await database.ScalarAsync("PRAGMA synchronous")); // FULL, the default of a connection; the writer sets it as well
        }
    }
}
