using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Events;
using LarkService.Events.Callbacks;
using LarkService.LongConnection;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Events;

public sealed class CardCallbacksTests : IAsyncLifetime
{
    private readonly ScriptedCardHandler _handler = new();
    private readonly RecordedCards _cards = new();
    private readonly RunningEvents _events;

    public CardCallbacksTests() => _events = new(
        b => b.OnCardAction<ScriptedCardHandler>("consent.open").OnCardAction<ScriptedCardHandler>("authorize_later"),
        more: s => s.AddSingleton(_handler).AddSingleton<ILateCardUpdates>(_cards));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task A_click_is_answered_by_the_handler_of_its_action()
    {
        CardAction? clicked = null;
        _handler.Work = (action, _) =>
        {
            clicked = action;
            return Task.FromResult(new CallbackAnswer(new JsonObject { ["type"] = "info", ["content"] = "好" }, new JsonObject { ["schema"] = "2.0" }));
        };
        var answer = await AnswerAsync(Pushes.Fixture("card-action-trigger", _events.Clock));
        Assert.Equal("""{"toast":{"type":"info","content":"好"},"card":{"type":"raw","data":{"schema":"2.0"}}}""", TextOf(answer));
        Assert.Equal(PayloadKind.Callback, answer.Kind);
        Assert.Equal((Some.AppId, "ou_00000000000000000000000000000001", "authorize_later", "42"), (clicked!.AppId, clicked.Operator, clicked.Action, clicked.Text("request")));
        Assert.Equal(
            ("om_00000000000000000000000000000002", "oc_00000000000000000000000000000001", "c-0000000000000000000000000000000000000001"),
            (clicked.MessageId, clicked.ChatId, clicked.Token.Reveal()));
        Assert.Empty(await _events.Database.AllAsync<LarkService.Events.Inbox.InboxEvent>());
    }

    [Fact]
    public async Task A_value_that_comes_as_text_is_understood()
    {
        var answer = await AnswerAsync(Pushes.Click("e1", """{"action":"consent.open"}""", _events.Clock));
        Assert.Null(answer.Data);
        Assert.Equal(1, _handler.Calls);
    }

    [Theory]
    [InlineData("\"plain-string-value\"")]
    [InlineData("{}")]
    [InlineData("{\"action\":7}")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("\"{\\\"action\\\"\"")]
    public async Task A_value_that_cannot_be_read_gets_a_toast_and_is_counted(string value)
    {
        var answer = await AnswerAsync(Pushes.Click("e1", JsonElement.Parse(value), _events.Clock));
        Assert.Equal("warning", ToastOf(answer).GetProperty("type").GetString());
        Assert.Equal(1, _events.Counted("undecodable_value", EventTypes.CardAction));
    }

    [Fact]
    public async Task What_is_not_understood_is_logged_once_with_its_kind_and_size()
    {
        for (var i = 0; i < 3; i++)
        {
            await AnswerAsync(Pushes.Click($"e{i}", "secret words", _events.Clock));
        }

        var line = Assert.Single(((ListLogger<CardCallbacks>)_events.Get<ILogger<CardCallbacks>>()).Lines);
        Assert.Contains("UndecodableValue, value of 14", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret words", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_nobody_handles_gets_a_toast_in_both_languages()
    {
        var toast = ToastOf(await AnswerAsync(Pushes.Click("e1", new { action = "gone" }, _events.Clock)));
        Assert.Equal(toast.GetProperty("content").GetString(), toast.GetProperty("i18n").GetProperty("en_us").GetString());
        Assert.NotEqual("", toast.GetProperty("i18n").GetProperty("zh_cn").GetString());
        Assert.Equal(1, _events.Counted("unknown_action", EventTypes.CardAction));
    }

    [Fact]
    public async Task A_click_that_its_handler_refuses_is_counted_apart()
    {
        _handler.Work = (_, _) => Task.FromResult(new CallbackAnswer(new JsonObject { ["type"] = "warning" }) { IsRefused = true });
        await AnswerAsync(Open("e1"));
        Assert.Equal(1, _events.Counted("refused", EventTypes.CardAction));
        Assert.Equal(0, _events.Counted("answered", EventTypes.CardAction));
    }

    [Fact]
    public async Task A_handler_that_throws_gets_an_error_toast()
    {
        _handler.Work = (_, _) => throw new InvalidOperationException("x");
        var answer = await AnswerAsync(Open("e1"));
        Assert.Equal("error", ToastOf(answer).GetProperty("type").GetString());
        Assert.Equal(1, _events.Counted("callback_failed", EventTypes.CardAction));
    }

    [Fact]
    public async Task A_handler_that_is_late_is_answered_for_after_two_and_a_half_seconds()
    {
        // Given a handler that takes its time
        var handled = _handler.Holds();
        var answering = AnswerAsync(Open("e1"));
        await _events.Clock.SomeoneWaitsForAsync(2.5);
        _events.Clock.AdvanceSeconds(2.4);
        Assert.False(answering.IsCompleted);

        // When the time is up, the user gets a toast
        _events.Clock.AdvanceSeconds(0.1);
        var answer = await answering.Soon();
        Assert.Equal("info", ToastOf(answer).GetProperty("type").GetString());
        Assert.Contains("try again", ToastOf(answer).GetProperty("content").GetString(), StringComparison.Ordinal); // it may fail yet, so nothing is promised
        Assert.Equal(1, _events.Counted("late", EventTypes.CardAction));

        // And nothing happens to the card before that toast is on its way
        var followed = new TaskCompletionSource();
        handled.SetResult(new(Card: new JsonObject { ["a"] = 1 })
        {
            Afterwards = _ =>
            {
                followed.SetResult();
                return Task.CompletedTask;
            },
        });
        Assert.Empty(_cards.Updated);
        answer.Afterwards!();
        await _events.Clock.SomeoneWaitsForAsync(0.5);
        Assert.Empty(_cards.Updated); // the platform takes the answer first
        _events.Clock.AdvanceSeconds(0.5);
        await followed.Task.Soon();
        Assert.Equal((Some.AppId, "c-1", """{"a":1}"""), Assert.Single(_cards.Updated));
    }

    [Fact]
    public async Task The_time_counts_from_the_clicks_arrival()
    {
        _handler.Holds();
        var click = Open("e1");
        _events.Clock.AdvanceSeconds(2);
        var answering = AnswerAsync(click);
        await _events.Clock.SomeoneWaitsForAsync(0.5);
        _events.Clock.AdvanceSeconds(0.5);
        await answering.Soon();
    }

    [Fact]
    public async Task A_handler_that_is_late_and_fails_is_counted()
    {
        var handled = _handler.Holds();
        var answering = AnswerAsync(Open("e1"));
        await _events.Clock.SomeoneWaitsForAsync(2.5);
        _events.Clock.AdvanceSeconds(2.5);
        (await answering.Soon()).Afterwards!();
        await _events.Clock.SomeoneWaitsForAsync(0.5);
        _events.Clock.AdvanceSeconds(0.5);
        handled.SetException(new InvalidOperationException("x"));
        await Until.TrueAsync(() => _events.Counted("callback_failed") == 1);
    }

    [Fact]
    public async Task What_follows_runs_once_the_answer_is_on_its_way_and_may_take_long()
    {
        var finish = new TaskCompletionSource();
        var followed = new TaskCompletionSource();
        _handler.Work = (_, _) => Task.FromResult(new CallbackAnswer
        {
            Afterwards = async ct =>
            {
                await finish.Task.WaitAsync(ct);
                followed.SetResult();
            },
        });
        var answer = await AnswerAsync(Open("e1"));
        answer.Afterwards!();
        Assert.False(followed.Task.IsCompleted);
        finish.SetResult();
        await followed.Task.Soon();
    }

    [Fact]
    public async Task What_follows_is_tried_again_with_growing_pauses_until_the_database_is_back()
    {
        var tries = 0;
        var followed = new TaskCompletionSource();
        Exception[] faults =
        [
            new SqliteException("away", 14), new InvalidOperationException("likely transient", new SqliteException("away", 14)),
            new TimeoutException(), new HttpRequestException(), new SqliteException("away", 14), new SqliteException("away", 14),
        ];
        _handler.Work = (_, _) => Task.FromResult(new CallbackAnswer { Afterwards = _ => Follow(faults, ref tries, followed) });
        (await AnswerAsync(Open("e1"))).Afterwards!();

        foreach (var pause in (int[])[1, 2, 5, 10, 30, 30])
        {
            await _events.Clock.SomeoneWaitsForAsync(pause);
            Assert.False(followed.Task.IsCompleted);
            _events.Clock.AdvanceSeconds(pause);
        }

        await followed.Task.Soon();
        Assert.Equal(7, tries);
    }

    [Fact]
    public async Task What_follows_is_given_up_and_logged_after_five_minutes()
    {
        var log = (ListLogger<CallbackWork>)_events.Get<ILogger<CallbackWork>>();
        _handler.Work = (_, _) => Task.FromResult(new CallbackAnswer { Afterwards = _ => throw new SqliteException("away", 14) });
        (await AnswerAsync(Open("e1"))).Afterwards!();
        foreach (var pause in (int[])[1, 2, 5, 10, .. Enumerable.Repeat(30, 9), 12])
        {
            await _events.Clock.SomeoneWaitsForAsync(pause);
            Assert.DoesNotContain(log.Lines, line => line.Contains("click failed", StringComparison.Ordinal) && !line.Contains("again", StringComparison.Ordinal));
            _events.Clock.AdvanceSeconds(pause);
        }

        await Until.TrueAsync(() => log.Lines.Count == 2);
    }

    [Fact]
    public async Task What_follows_and_fails_for_good_is_not_tried_again()
    {
        var tries = 0;
        _handler.Work = (_, _) => Task.FromResult(new CallbackAnswer { Afterwards = _ => Follow([new InvalidOperationException("x")], ref tries, new()) });
        (await AnswerAsync(Open("e1"))).Afterwards!();
        await Until.TrueAsync(() => ((ListLogger<CallbackWork>)_events.Get<ILogger<CallbackWork>>()).Lines.Count == 1);
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task What_follows_a_late_answer_is_tried_again_without_changing_the_card_again()
    {
        var tries = 0;
        var followed = new TaskCompletionSource();
        var handled = _handler.Holds();
        var answering = AnswerAsync(Open("e1"));
        await _events.Clock.SomeoneWaitsForAsync(2.5);
        _events.Clock.AdvanceSeconds(2.5);
        handled.SetResult(new(Card: []) { Afterwards = _ => Follow([new SqliteException("away", 14)], ref tries, followed) });
        (await answering.Soon()).Afterwards!();
        await _events.Clock.SomeoneWaitsForAsync(0.5);
        _events.Clock.AdvanceSeconds(0.5);
        await _events.Clock.SomeoneWaitsForAsync(1);
        _events.Clock.AdvanceSeconds(1);
        await followed.Task.Soon();
        Assert.Equal((2, 1), (tries, _cards.Updated.Count));
    }

    [Fact]
    public async Task A_click_that_is_delivered_twice_is_handled_once_and_answered_alike()
    {
        var handled = _handler.Holds();
        var first = AnswerAsync(Open("e1"));
        var second = AnswerAsync(Open("e1"));
        handled.SetResult(new(new JsonObject { ["type"] = "info" }) { Afterwards = _ => Task.CompletedTask });
        Assert.Equal(TextOf(await first.Soon()), TextOf(await second.Soon()));
        Assert.NotNull((await first).Afterwards);
        Assert.Null((await second).Afterwards);
        Assert.Equal((1, 1d), (_handler.Calls, _events.Counted("repeated")));
    }

    [Fact]
    public async Task Stopping_waits_ten_seconds_for_what_follows_and_then_ends_it()
    {
        var work = _events.Get<CallbackWork>();
        var ended = new TaskCompletionSource();
        work.Start(async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.SetResult();
        });
        var stopping = work.StopAsync(CancellationToken.None);
        await _events.Clock.SomeoneWaitsForAsync(10);
        Assert.False(ended.Task.IsCompleted);
        _events.Clock.AdvanceSeconds(10);
        await stopping.Soon();
        Assert.True(ended.Task.IsCompleted);
    }

    [Fact]
    public void Two_handlers_of_one_action_are_a_mistake() => Assert.Throws<InvalidOperationException>(() => new CardActionHandlers(
        [new("a", typeof(ScriptedCardHandler)), new("a", typeof(ScriptedCardHandler))],
        new ServiceCollection().BuildServiceProvider()));

    private static Task Follow(Exception[] faults, ref int tries, TaskCompletionSource followed)
    {
        if (tries++ < faults.Length)
        {
            return Task.FromException(faults[tries - 1]);
        }

        followed.SetResult();
        return Task.CompletedTask;
    }

    private LarkPayload Open(string id) => Pushes.Click(id, new { action = "consent.open" }, _events.Clock);

    private async Task<PayloadAnswer.Ok> AnswerAsync(LarkPayload click) => Assert.IsType<PayloadAnswer.Ok>(await _events.Sink.ReceiveAsync(click, CancellationToken.None));

    private static string TextOf(PayloadAnswer.Ok answer) => System.Text.Encoding.UTF8.GetString(answer.Data!.Value.Span);

    private static JsonElement ToastOf(PayloadAnswer.Ok answer) => JsonElement.Parse(answer.Data!.Value.Span).GetProperty("toast");

    private sealed class ScriptedCardHandler : ICardActionHandler
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Func<CardAction, CancellationToken, Task<CallbackAnswer>> Work { get; set; } = (_, _) => Task.FromResult(new CallbackAnswer());

        public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct)
        {
            Interlocked.Increment(ref _calls);
            return Work(action, ct);
        }

        public TaskCompletionSource<CallbackAnswer> Holds()
        {
            var answer = new TaskCompletionSource<CallbackAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            Work = (_, ct) => answer.Task.WaitAsync(ct);
            return answer;
        }
    }

    private sealed class RecordedCards : ILateCardUpdates
    {
        public List<(string AppId, string Token, string Card)> Updated { get; } = [];

        public Task UpdateAsync(string appId, Secret token, JsonObject card, CancellationToken ct)
        {
            Updated.Add((appId, token.Reveal(), card.ToJsonString()));
            return Task.CompletedTask;
        }
    }
}
