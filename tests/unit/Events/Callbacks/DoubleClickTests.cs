using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Events;
using LarkService.Events.Callbacks;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LarkService.UnitTests.Events.Callbacks;

/// <summary>Clicks in a row, too many clicks, and handlers that misbehave.</summary>
public sealed class DoubleClickTests : IAsyncLifetime
{
    private readonly CountingHandler _handler = new();
    private readonly RunningEvents _events;

    public DoubleClickTests() => _events = new(
        b => b.OnCardAction<CountingHandler>("do").OnCardAction<CannotBeMade>("broken"),
        more: s => s.AddSingleton(_handler));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    [Fact]
    public async Task The_same_click_again_within_a_second_is_answered_alike_and_handled_once()
    {
        _handler.Work = _ => Task.FromResult(new CallbackAnswer(Toast(_handler.Calls)) { Afterwards = _ => Task.CompletedTask });
        var first = await AnswerAsync(Click("e1"));
        _events.Clock.AdvanceSeconds(0.9);
        var second = await AnswerAsync(Click("e2"));

        Assert.Equal(TextOf(first), TextOf(second));
        Assert.Equal((1, 1d), (_handler.Calls, _events.Counted("double_click", EventTypes.CardAction)));
        Assert.NotNull(first.Afterwards);
        Assert.Null(second.Afterwards);

        _events.Clock.AdvanceSeconds(0.2);
        Assert.NotEqual(TextOf(first), TextOf(await AnswerAsync(Click("e3"))));
        Assert.Equal(2, _handler.Calls);
    }

    [Fact]
    public async Task As_long_as_a_click_is_worked_on_the_same_click_joins_it()
    {
        var held = new TaskCompletionSource<CallbackAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _handler.Work = _ => held.Task;
        var first = AnswerAsync(Click("e1"));
        await LateAsync();
        var toast = TextOf(await first.Soon());

        // An impatient person, much later: the same words, after the same time
        _events.Clock.AdvanceSeconds(60);
        var second = AnswerAsync(Click("e2"));
        await LateAsync();
        var again = await second.Soon();
        Assert.Equal(toast, TextOf(again));
        Assert.Null(again.Afterwards);
        Assert.Equal(1, _handler.Calls);

        // And one who comes when it is done hears how it went
        var third = AnswerAsync(Click("e3"));
        held.SetResult(new(Toast(7)));
        Assert.Contains("7", TextOf(await third.Soon()), StringComparison.Ordinal);
        Assert.Equal(1, _handler.Calls);
    }

    [Fact]
    public async Task Other_people_other_cards_and_other_values_are_other_clicks()
    {
        await AnswerAsync(Click("e1"));
        await AnswerAsync(Pushes.Click("e2", new { action = "do" }, _events.Clock, person: "ou_2"));
        await AnswerAsync(Pushes.Click("e3", new { action = "do" }, _events.Clock, message: "om_2"));
        await AnswerAsync(Pushes.Click("e4", new { action = "do", id = 1 }, _events.Clock));
        await AnswerAsync(Pushes.Click("e5", new { action = "do" }, _events.Clock, message: ""));
        await AnswerAsync(Pushes.Click("e6", new { action = "do" }, _events.Clock, message: ""));
        Assert.Equal((6, 0d), (_handler.Calls, _events.Counted("double_click")));
    }

    [Fact]
    public async Task A_second_click_after_a_failure_gets_the_same_kind_words()
    {
        _handler.Work = _ => throw new InvalidOperationException("x");
        var first = await AnswerAsync(Click("e1"));
        Assert.Equal(TextOf(first), TextOf(await AnswerAsync(Click("e2"))));
        Assert.Equal((1, 1d), (_handler.Calls, _events.Counted("callback_failed")));
    }

    [Fact]
    public async Task A_handler_that_cannot_even_be_made_is_answered_for()
    {
        var answer = await AnswerAsync(Pushes.Click("e1", new { action = "broken" }, _events.Clock));
        Assert.Equal("error", JsonElement.Parse(answer.Data!.Value.Span).GetProperty("toast").GetProperty("type").GetString());
        Assert.Equal(1, _events.Counted("callback_failed", EventTypes.CardAction));
    }

    [Fact]
    public async Task A_handler_that_blocks_its_thread_is_answered_for()
    {
        using var blocked = new ManualResetEventSlim();
        _handler.Work = _ =>
        {
            blocked.Wait(TestContext.Current.CancellationToken);
            return Task.FromResult(new CallbackAnswer());
        };
        var answering = AnswerAsync(Click("e1"));
        await LateAsync();
        Assert.Contains("Still working", TextOf(await answering.Soon()), StringComparison.Ordinal);
        blocked.Set();
    }

    [Fact]
    public async Task A_handler_that_never_ends_is_left_behind_after_five_minutes()
    {
        _handler.Work = _ => new TaskCompletionSource<CallbackAnswer>().Task;
        var answering = AnswerAsync(Click("e1"));
        await LateAsync();
        (await answering.Soon()).Afterwards!();
        await _events.Clock.SomeoneWaitsForAsync(0.5);
        _events.Clock.AdvanceSeconds(0.5);
        await _events.Clock.SomeoneWaitsForAsync(297);
        _events.Clock.AdvanceSeconds(297); // no more: 2.5 s later ends the time of what follows, too
        await Until.TrueAsync(() => _events.Counted("callback_failed") == 1);

        // and with it goes the reason to join it
        _handler.Work = _ => Task.FromResult(new CallbackAnswer(Toast(2)));
        Assert.Contains("2", TextOf(await AnswerAsync(Click("e2"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_too_much_going_on_people_are_asked_to_try_again()
    {
        var held = new TaskCompletionSource<CallbackAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _handler.Work = _ => held.Task;
        List<Task<PayloadAnswer.Ok>> answering = [.. Enumerable.Range(0, CallbackWork.Most).Select(i => AnswerAsync(Pushes.Click($"e{i}", new { action = "do" }, _events.Clock, person: $"ou_{i}")))];
        Assert.Contains("Too much", TextOf(await AnswerAsync(Pushes.Click("one more", new { action = "do" }, _events.Clock, person: "ou_x"))), StringComparison.Ordinal);
        Assert.Equal(1, _events.Counted("busy", EventTypes.CardAction));

        held.SetResult(new(Toast(1)));
        await Task.WhenAll(answering).Soon();
        await Until.TrueAsync(() => !_events.Get<CallbackWork>().IsFull);
        Assert.Contains("1", TextOf(await AnswerAsync(Pushes.Click("and another", new { action = "do" }, _events.Clock, person: "ou_x"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_click_that_takes_long_does_not_keep_those_after_it_from_being_forgotten()
    {
        // Given a click that is worked on, and after it as many as are remembered
        var held = new TaskCompletionSource<CallbackAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource();
        _handler.Work = _ =>
        {
            begun.SetResult();
            return held.Task;
        };
        var slow = AnswerAsync(Click("slow"));
        await begun.Task.Soon();
        _handler.Work = _ => Task.FromResult(new CallbackAnswer(Toast(1)));
        for (var i = 1; i < DoubleClicks.Most; i++)
        {
            await AnswerAsync(Pushes.Click($"e{i}", new { action = "do" }, _events.Clock, person: $"ou_other_{i}")).Soon();
        }

        // When somebody clicks twice a little later, they are one click
        _events.Clock.AdvanceSeconds(1.1);
        await AnswerAsync(Pushes.Click("first", new { action = "do" }, _events.Clock, person: "ou_x")).Soon();
        await AnswerAsync(Pushes.Click("second", new { action = "do" }, _events.Clock, person: "ou_x")).Soon();
        Assert.Equal((DoubleClicks.Most + 1, 1d), (_handler.Calls, _events.Counted("double_click")));

        // And the slow one is still known
        var again = AnswerAsync(Click("slow again"));
        held.SetResult(new(Toast(7)));
        Assert.Contains("7", TextOf(await again.Soon()), StringComparison.Ordinal);
        await slow.Soon();
    }

    [Fact]
    public async Task A_failure_is_logged_once_and_counted_always()
    {
        _handler.Work = _ => throw new InvalidOperationException("x");
        for (var i = 0; i < 3; i++)
        {
            await AnswerAsync(Pushes.Click($"e{i}", new { action = "do" }, _events.Clock, person: $"ou_{i}"));
        }

        Assert.Single(((ListLogger<CardCallbacks>)_events.Get<ILogger<CardCallbacks>>()).Lines);
        Assert.Equal(3, _events.Counted("callback_failed"));
    }

    private LarkPayload Click(string id) => Pushes.Click(id, new { action = "do" }, _events.Clock);

    private async Task<PayloadAnswer.Ok> AnswerAsync(LarkPayload click) => Assert.IsType<PayloadAnswer.Ok>(await _events.Sink.ReceiveAsync(click, CancellationToken.None));

    private async Task LateAsync()
    {
        await Until.TrueAsync(() => _handler.Calls > 0);
        await _events.Clock.SomeoneWaitsForAsync(2.5);
        _events.Clock.AdvanceSeconds(2.5);
    }

    private static string TextOf(PayloadAnswer.Ok answer) => Encoding.UTF8.GetString(answer.Data!.Value.Span);

    private static JsonObject Toast(int number) => new() { ["type"] = "info", ["content"] = $"number {number}" };

    private sealed class CountingHandler : ICardActionHandler
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Func<CardAction, Task<CallbackAnswer>> Work { get; set; } = _ => Task.FromResult(new CallbackAnswer());

        public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct)
        {
            Interlocked.Increment(ref _calls);
            return Work(action);
        }
    }

    private sealed class CannotBeMade : ICardActionHandler
    {
        public CannotBeMade() => throw new InvalidOperationException("no configuration");

        public Task<CallbackAnswer> HandleAsync(CardAction action, CancellationToken ct) => throw new InvalidOperationException();
    }
}
