using System.Data.Common;
using System.Text.Json.Nodes;
using LarkSandbox.Cards;
using LarkSandbox.Chat;
using LarkService.Events;
using LarkService.IntegrationTests.Support;
using LarkService.Messaging;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace LarkService.IntegrationTests;

/// <summary>Somebody clicks and waits: the answer is there in time, whatever the database and the handler do.</summary>
public sealed class CallbackDeadlineTests
{
    private const string Slow = "test.slow";
    private const string Broken = "test.broken";

    public static TheoryData<Engine, PushWire> EnginesAndWires => new(
        from engine in Enum.GetValues<Engine>() from wire in Enum.GetValues<PushWire>() select (engine, wire));

    [Theory]
    [MemberData(nameof(EnginesAndWires))]
    public async Task A_database_that_takes_no_write_does_not_hold_up_the_answer(Engine engine, PushWire wire)
    {
        // Given a card that asks, and a database in which somebody else holds the right to write
        await using var scene = await Scene.StartAsync(OverHttp.Options with { Engine = engine });
        await scene.PushOverAsync(wire);
        var asked = await scene.Api.AskAsync(scene.Ava);
        var card = scene.Platform.FindMessage(asked["messageId"]!)!;
        var link = card.Link();
        await using (await LockAsync(scene, "LOCK TABLE authorization_sessions IN EXCLUSIVE MODE"))
        {
            // When the button is pressed
            var seen = await scene.Ava.PressAsync(card, Person.Authorize);

            // Then it is answered by its handler, the new card included, and nothing has been written
            Assert.Null(seen.Error);
            Assert.Contains("Finish in the page", seen.Toast!.Content, StringComparison.Ordinal);
            Assert.Equal(2, card.Versions.Count);
            Assert.Equal(0, await scene.Database.CountAsync("authorization_sessions", "opened_at IS NOT NULL"));
        }

        // And what was to be written follows
        await Eventually.TrueAsync("the click being written down", async () => await scene.Database.CountAsync("authorization_sessions", "opened_at IS NOT NULL") == 1);
        using var browser = new Browser(scene.Ava.OpenId);
        await browser.AllowAsync(link);
        await card.TurnsAsync("green");
    }

    [Theory]
    [InlineData(PushWire.LongConnection)]
    [InlineData(PushWire.Http)]
    public async Task A_database_that_does_not_even_read_costs_a_toast_and_the_card_follows(PushWire wire)
    {
        await using var scene = await Scene.StartAsync(OverHttp.Options with { Engine = Engine.Postgres });
        await scene.PushOverAsync(wire);
        var asked = await scene.Api.AskAsync(scene.Ava);
        var card = scene.Platform.FindMessage(asked["messageId"]!)!;
        await using (await LockAsync(scene, "LOCK TABLE authorization_sessions IN ACCESS EXCLUSIVE MODE"))
        {
            var seen = await TimedAsync(() => scene.Ava.PressAsync(card, Person.Authorize));
            Assert.Contains("Still working", seen.Toast!.Content, StringComparison.Ordinal);
            Assert.Single(card.Versions);
        }

        await Eventually.TrueAsync("the card showing the click", () => card.Text().Contains("Finish in the page", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PushWire.LongConnection)]
    [InlineData(PushWire.Http)]
    public async Task A_slow_handler_is_answered_for_and_its_card_comes_after_the_answer(PushWire wire)
    {
        var clicks = new Clicks();
        await using var scene = await Scene.StartAsync(WithClicks(clicks));
        await scene.PushOverAsync(wire);
        var card = await SendCardAsync(scene, Slow);

        var seen = await TimedAsync(() => scene.Ava.PressAsync(card, Slow));
        Assert.Contains("Still working", seen.Toast!.Content, StringComparison.Ordinal);
        Assert.Single(card.Versions);

        clicks.Held.SetResult(new(Card: CardOf("done", "Done at last").ToJson()));
        await Eventually.TrueAsync("the late card", () => card.Text().Contains("Done at last", StringComparison.Ordinal));
        Assert.Equal(2, card.Versions.Count);
    }

    [Theory]
    [InlineData(PushWire.LongConnection)]
    [InlineData(PushWire.Http)]
    public async Task A_handler_that_throws_gives_kind_words(PushWire wire)
    {
        await using var scene = await Scene.StartAsync(WithClicks(new Clicks()));
        await scene.PushOverAsync(wire);
        var card = await SendCardAsync(scene, Broken);
        var seen = await scene.Ava.PressAsync(card, Broken);
        Assert.Equal((null, "error"), (seen.Error?.Code, seen.Toast?.Type));
        Assert.Contains("try again", seen.Toast!.Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PushWire.LongConnection)]
    [InlineData(PushWire.Http)]
    public async Task A_double_click_is_one_click(PushWire wire)
    {
        var clicks = new Clicks();
        await using var scene = await Scene.StartAsync(WithClicks(clicks));
        await scene.PushOverAsync(wire);
        var card = await SendCardAsync(scene, Slow);

        var first = scene.Ava.PressAsync(card, Slow);
        var second = scene.Ava.PressAsync(card, Slow);
        await Eventually.TrueAsync("the click being handled", () => clicks.Count == 1);
        clicks.Held.SetResult(new(Toast.Success(new("Done", "完成", "完了")).ToJson()));

        Assert.Equal(("Done", "Done"), ((await first).Toast?.Content, (await second).Toast?.Content));
        Assert.Equal(1, clicks.Count);
    }

    private static SceneOptions WithClicks(Clicks clicks) => OverHttp.Options with
    {
        Services = services =>
        {
            services.AddSingleton(clicks);
            new EventsBuilder(services).OnCardAction<Clicks>(Slow).OnCardAction<Fails>(Broken);
        },
    };

    private static async Task<ChatMessage> SendCardAsync(Scene scene, string action)
    {
        var sent = await scene.Inside<MessageClient>().SendCardAsync(
            scene.Options.Sandbox.AppId, Receiver.User(scene.Ava.OpenId), CardOf(action, "Press me"), Guid.NewGuid().ToString("N"), CancellationToken.None);
        return scene.Platform.FindMessage(sent.MessageId)!;
    }

    private static Card CardOf(string action, string text) => new()
    {
        Elements = [new Markdown(LocalizedText.Same(text)), new ButtonRow([new Button(new("Do", "做", "実行")) { CallbackValue = new JsonObject { ["action"] = action } }])],
    };

    /// <summary>Answered by us, after 2.5 s and what this machine adds; the platform here waits longer than its 3 s, the held handler for ever.</summary>
    private static async Task<ClickResult> TimedAsync(Func<Task<ClickResult>> click)
    {
        var started = TimeProvider.System.GetTimestamp();
        var seen = await click();
        Assert.Null(seen.Error);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(2.3), TimeSpan.FromSeconds(10));
        return seen;
    }

    /// <summary>Held by a transaction that writes nothing, until disposed.</summary>
    private static async Task<IAsyncDisposable> LockAsync(Scene scene, string postgres)
    {
        DbConnection connection = scene.Options.Engine == Engine.Postgres
            ? new NpgsqlConnection(scene.Database.ConnectionString + ";Pooling=false")
            : new SqliteConnection(scene.Database.ConnectionString + ";Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = scene.Options.Engine == Engine.Postgres ? "BEGIN; " + postgres : "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        return connection; // closing it rolls back
    }

    private sealed class Clicks : ICardActionHandler
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public TaskCompletionSource<CallbackAnswer> Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct)
        {
            Interlocked.Increment(ref _count);
            return Held.Task.WaitAsync(ct);
        }
    }

    private sealed class Fails : ICardActionHandler
    {
        public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct) => throw new InvalidOperationException("as the test says");
    }
}
