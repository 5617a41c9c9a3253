using LarkService.Apaas.Ai;
using LarkService.Messaging;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>Answers that grow before their reader's eyes, and what stands in the way of it.</summary>
public sealed class GrowingAnswerTests : IDisposable
{
    private readonly AiScene _scene = new();

    public GrowingAnswerTests()
    {
        Chat.LetsGrow = true;
        Aily.Course = ["QUEUED", "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"];
        Aily.Drafts.Enqueue("**4");
        Aily.Drafts.Enqueue("**42*");
    }

    private FakeAily Aily => _scene.Aily;

    private FakeChat Chat => _scene.Chat;

    [Fact]
    public async Task The_answer_grows_on_the_card_and_an_ordinary_card_ends_it()
    {
        await _scene.RunAsync();

        Assert.Equal(["**4", "**42*"], Chat.Grown);
        Assert.Equal("**42**", Chat.Text);
        Assert.Null(Chat.Cards[0].Card["config"]!["streaming_mode"]);
        Assert.Equal(0, Chat.Patches);
        Assert.Equal(Chat.Sequences.Order().Distinct(), Chat.Sequences);
        Assert.Equal((AiTurnState.Answered, "1"), ((await _scene.TurnAsync()).State, (await _scene.TurnAsync()).CardId));
    }

    [Fact]
    public async Task Before_there_are_words_the_card_says_that_it_thinks_and_can_grow()
    {
        List<(string, bool?)> seen = [];
        Aily.After = call =>
        {
            seen.AddRange(call == "POST sessions/session_1/runs" ? [(Chat.Text, (bool?)Chat.Cards[0].Card["config"]!["streaming_mode"])] : []);
            return Task.CompletedTask;
        };

        await _scene.RunAsync();

        Assert.Equal([("…\n<font color='grey'>Thinking…</font>", true)], seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)] // the second process's clock is behind
    public async Task Another_process_goes_on_upon_the_same_card_with_higher_numbers(int clockMoves)
    {
        using var host = new CancellationTokenSource();
        Aily.After = call =>
        {
            if (Chat.Grown.Count == 1)
            {
                host.Cancel();
            }

            host.Token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.RunAsync(ct: host.Token));
        Aily.After = _ => Task.CompletedTask;
        _scene.Clock.Advance(TimeSpan.FromSeconds(clockMoves));
        _scene.Restart();

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Equal(1, Chat.Made);
        Assert.True(Chat.Sequences.Count >= 2);
        Assert.Equal(Chat.Sequences.Order().Distinct(), Chat.Sequences);
    }

    [Theory]
    [InlineData("text", 0)] // no growing any more: the ordinary card still comes by the card's id
    [InlineData("text replace", 1)] // nor that: by its message, as ever
    public async Task A_card_that_may_not_grow_any_more_still_gets_its_answer(string refused, int patches)
    {
        Chat.RefuseEntity = kind => refused.Split(' ').Contains(kind) ? 300309 : 0;

        await _scene.RunAsync();

        Assert.Empty(Chat.Grown);
        Assert.Equal(patches, Chat.Patches);
        Assert.Equal("**42**", Chat.Text);
    }

    [Fact]
    public async Task A_card_that_can_be_changed_in_no_way_is_followed_by_a_new_one()
    {
        Chat.RefuseEntity = kind => kind == "create" ? 0 : 200740;
        Chat.Refuse = (kind, _) => kind == "patch" ? 230001 : 0;

        await _scene.RunAsync();

        Assert.Equal(2, Chat.Cards.Count);
        Assert.Equal("**42**", FakeChat.TextOf(Chat.Cards[1].Card));
    }

    [Fact]
    public async Task An_app_without_the_scope_answers_in_one_piece_and_does_not_ask_for_it_each_time()
    {
        Chat.LetsGrow = false;

        await _scene.RunAsync();
        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2"));
        Assert.Equal(1, Chat.Wanted);
        Assert.DoesNotContain(Aily.Calls, c => c.Contains("with_partial_message", StringComparison.Ordinal));
        Assert.All(Chat.Cards, c => Assert.Equal("**42**", FakeChat.TextOf(c.Card)));

        _scene.Clock.Advance(GrowingCards.Rest);
        await _scene.RunAsync(AiScene.Asking(messageId: "om_q3"));
        Assert.Equal(2, Chat.Wanted);
    }

    [Fact]
    public async Task A_card_the_chat_does_not_take_gives_way_to_an_ordinary_one()
    {
        Chat.Refuse = (kind, content) => kind == "reply" && content.Contains("card_id", StringComparison.Ordinal) ? MessageErrors.CardRefused : 0;

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Equal(1, Chat.Patches);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(int.MaxValue, 1)] // it does not pass: by the card's message then
    public async Task A_passing_refusal_of_the_last_word_does_not_leave_the_card_half_written(int refusals, int patches)
    {
        Chat.RefuseEntity = kind => kind == "replace" && refusals-- > 0 ? PlatformCodes.RateLimited : 0;

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Null(Chat.Cards[0].Card["config"]!["streaming_mode"]);
        Assert.Equal(patches, Chat.Patches);
        Assert.Equal([0.5, 1, 1.5], _scene.Clock.Waits.Select(w => w.TotalSeconds).Where(s => s >= 0.5).TakeLast(3));
    }

    [Fact]
    public async Task A_process_that_dies_after_the_ordinary_reply_leaves_it_to_the_next_as_such()
    {
        using var host = new CancellationTokenSource();
        var refusals = 1;
        Chat.Refuse = (kind, content) => kind == "reply" && content.Contains("card_id", StringComparison.Ordinal) && refusals-- > 0 ? MessageErrors.CardRefused : 0;
        Chat.After = kind =>
        {
            if (kind == "reply")
            {
                host.Cancel();
            }

            host.Token.ThrowIfCancellationRequested();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.RunAsync(ct: host.Token));
        Chat.After = _ => { };
        _scene.Restart();

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
    }

    [Fact]
    public async Task An_answer_that_outgrows_the_card_is_closed_by_an_ordinary_one_before_it_ends()
    {
        var large = string.Concat(Enumerable.Repeat("word ", 8_000));
        Aily.Drafts.Clear();
        Aily.Drafts.Enqueue("word ");
        Aily.Drafts.Enqueue(large);
        Aily.Drafts.Enqueue(large + "and more");
        Aily.Writes = [("MDX", large + "and more, and the end")];

        await _scene.RunAsync();

        Assert.Equal(["word"], Chat.Grown);
        Assert.Equal(3, Chat.Sequences.Count); // grown once, closed once, and the end
        Assert.Contains(AiWords.Cut.En, Chat.Text, StringComparison.Ordinal);
        Assert.Null(Chat.Cards[0].Card["config"]!["streaming_mode"]);
    }

    [Fact]
    public async Task Five_changes_a_second_are_the_most()
    {
        var clock = new ManualTime();
        var card = await CardAsync(clock);

        await card.ShowAsync("1", default);
        var second = card.ShowAsync("12", default);
        await clock.SomeoneWaitsForAsync(0.2);
        Assert.Equal(["1"], Chat.Grown);
        clock.AdvanceSeconds(0.2);
        await second;
        await card.ShowAsync("12", default); // nothing new

        Assert.Equal(["1", "12"], Chat.Grown);
    }

    [Fact]
    public async Task A_card_grows_for_nine_minutes_at_most()
    {
        var clock = new ManualTime();
        var card = await CardAsync(clock);
        await card.ShowAsync("1", default);
        clock.Advance(GrowingCard.LongestGrowth);

        await card.ShowAsync("12", default);
        await card.ShowAsync("123", default);

        Assert.Equal(["1"], Chat.Grown);
        Assert.Equal(2, Chat.Sequences.Count);
        Assert.False(card.CanGrow);
    }

    [Fact]
    public async Task A_rate_limit_costs_one_change_and_not_the_growing()
    {
        var clock = new ManualTime();
        var card = await CardAsync(clock);
        var limited = true;
        Chat.RefuseEntity = _ => limited ? PlatformCodes.RateLimited : 0;
        await card.ShowAsync("1", default);
        limited = false;
        clock.AdvanceSeconds(1);

        await card.ShowAsync("12", default);

        Assert.Equal(["12"], Chat.Grown);
    }

    [Fact]
    public async Task Asked_too_often_is_no_end_of_an_answer()
    {
        var refusals = 2;
        Aily.Before = call =>
        {
            if (call.StartsWith("GET sessions/session_1/runs/", StringComparison.Ordinal) && refusals-- > 0)
            {
                throw new PlatformException(new PlatformError(PlatformCodes.RateLimited, "slow down", null, 429) { RetryAfter = TimeSpan.FromSeconds(7) });
            }
        };

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Equal([7d, 7d], _scene.Clock.Waits.Select(w => w.TotalSeconds).Where(s => s == 7));
    }

    public void Dispose() => _scene.Dispose();

    private async Task<GrowingCard> CardAsync(ManualTime clock)
    {
        var cards = new GrowingCards(Chat.Entities, clock, NullLogger<GrowingCards>.Instance);
        var turn = AiTurn.Of(AiScene.User, Question.FromPayload(AiScene.Asking()), clock.GetUtcNow());
        (turn.CardId, turn.CardMessageId) = (await cards.CreateAsync(AiScene.User.AppId, default), "om_card1");
        return cards.Of(turn);
    }
}
