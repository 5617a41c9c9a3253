using LarkService.Apaas.Ai;
using LarkService.OnBehalfOf;
using LarkService.Platform;

namespace LarkService.UnitTests.Apaas.Ai;

public sealed class AnswerQuestionTests : IDisposable
{
    private readonly AiScene _scene = new();

    private FakeAily Aily => _scene.Aily;

    private FakeChat Chat => _scene.Chat;

    [Fact]
    public async Task A_question_is_answered_on_the_card_that_said_it_was_thinking()
    {
        List<string> seen = [];
        Aily.After = call =>
        {
            seen.AddRange(call.Contains("/messages", StringComparison.Ordinal) && call.StartsWith("POST", StringComparison.Ordinal) ? [Chat.Text] : []);
            return Task.CompletedTask;
        };

        await _scene.RunAsync();

        Assert.Equal(["Thinking…"], seen);
        Assert.Equal("**42**", Chat.Text);
        Assert.Equal("om_q1", Chat.Cards[0].RepliesTo);
        Assert.Equal(["What is it?"], Aily.Messages);
        Assert.Equal(
            ["POST sessions", "POST sessions/session_1/messages", "POST sessions/session_1/runs", "GET sessions/session_1/runs/run_2", "GET sessions/session_1/runs/run_2", "GET sessions/session_1/messages?run_id=run_2"],
            Aily.Calls);
        var turn = await _scene.TurnAsync();
        Assert.Equal((AiTurnState.Answered, "om_card1", "session_1", "run_2"), (turn.State, turn.CardMessageId, turn.AilySessionId, turn.RunId));
        Assert.Equal(_scene.Clock.GetUtcNow(), turn.FinishedAt);
    }

    [Fact]
    public async Task Without_consent_the_user_sees_no_card_of_ours_and_the_caller_hears_of_it()
    {
        Aily.Before = _ => throw new ConsentRequiredException(AiScene.User, new ConsentGap(ConsentReason.NotGranted, AilyScopes.All));

        await Assert.ThrowsAsync<ConsentRequiredException>(() => _scene.RunAsync());

        Assert.Empty(Chat.Cards);
        Assert.Null(await _scene.Turns.FindAsync("om_q1", default));
    }

    [Fact]
    public async Task Consent_taken_back_in_the_middle_goes_to_the_caller_and_the_answer_comes_after_the_next_one()
    {
        Aily.Before = call => _ = call.EndsWith("/runs", StringComparison.Ordinal) ? throw new ConsentRequiredException(AiScene.User, new ConsentGap(ConsentReason.Revoked, AilyScopes.All)) : 0;
        await Assert.ThrowsAsync<ConsentRequiredException>(() => _scene.RunAsync());
        Assert.Equal("Thinking…", Chat.Text);

        Aily.Before = _ => { };
        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Single(Aily.Messages);
    }

    [Fact]
    public async Task An_answered_question_is_not_answered_again()
    {
        await _scene.RunAsync();
        var (calls, patches) = (Aily.Calls.Count, Chat.Patches);

        _scene.Restart();
        await _scene.RunAsync();

        Assert.Equal((calls, patches), (Aily.Calls.Count, Chat.Patches));
    }

    [Theory]
    [InlineData("POST sessions")]
    [InlineData("reply")]
    [InlineData("POST sessions/session_1/messages")]
    [InlineData("POST sessions/session_1/runs")]
    [InlineData("GET sessions/session_1/runs/run_2")]
    [InlineData("GET sessions/session_1/messages?run_id=run_2")]
    [InlineData("patch")]
    public async Task A_process_that_dies_after_a_step_is_taken_over_by_another_and_the_user_gets_one_answer(string step)
    {
        // Given a process that dies when the step has had its effect, before it was noted
        using var host = new CancellationTokenSource();
        void DieAt(string here)
        {
            if (here == step && !host.IsCancellationRequested)
            {
                host.Cancel();
                host.Token.ThrowIfCancellationRequested();
            }
        }

        Aily.After = call =>
        {
            DieAt(call);
            return Task.CompletedTask;
        };
        Chat.After = DieAt;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.RunAsync(ct: host.Token));

        // When another takes the question over
        _scene.Restart();
        await _scene.RunAsync();

        // Then there is one card with one answer, asked once, thought about once
        Assert.Equal("**42**", Chat.Text);
        Assert.Single(Aily.Messages);
        Assert.Single(Aily.Runs);
        Assert.Equal(AiTurnState.Answered, (await _scene.TurnAsync()).State);
    }

    [Fact]
    public async Task A_conversation_goes_on_in_its_session()
    {
        await _scene.RunAsync();
        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2"));

        Assert.Equal(["session_1"], Aily.Sessions);
        Assert.All(Chat.Cards, c => Assert.Equal("**42**", FakeChat.TextOf(c.Card)));
    }

    [Fact]
    public async Task Another_chat_is_another_conversation()
    {
        await _scene.RunAsync();
        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2", chatId: "oc_2"));

        Assert.Equal(2, Aily.Sessions.Count);
    }

    [Fact]
    public async Task A_conversation_that_rested_for_more_than_a_day_begins_anew()
    {
        await _scene.RunAsync();
        _scene.Clock.Advance(AiTurns.SessionRest + TimeSpan.FromSeconds(1));
        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2"));

        Assert.Equal(2, Aily.Sessions.Count);
    }

    [Fact]
    public async Task A_session_the_platform_no_longer_knows_is_replaced()
    {
        await _scene.RunAsync();
        Aily.Sessions.Clear();
        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2"));

        Assert.Equal(AiTurnState.Answered, (await _scene.TurnAsync("om_q2")).State);
        Assert.Single(Aily.Sessions);
    }

    [Fact]
    public async Task Polls_come_slower_and_end_after_two_minutes_with_the_run_cancelled()
    {
        Aily.Course = ["IN_PROGRESS"];

        await _scene.RunAsync();

        Assert.Equal([1, 2, 2], _scene.Clock.Waits.Take(3).Select(w => w.TotalSeconds));
        Assert.InRange(_scene.Clock.Waits.Sum(w => w.TotalSeconds), 120, 122);
        Assert.Contains("two minutes", Chat.Text, StringComparison.Ordinal);
        Assert.False(Aily.Runs[0].IsActive);
    }

    [Fact]
    public async Task A_run_of_an_older_question_may_finish_first()
    {
        await _scene.RunAsync();
        Aily.AddRun("session_1", "other", ["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]);

        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2"));

        Assert.DoesNotContain(Aily.Calls, c => c.EndsWith("/cancel", StringComparison.Ordinal));
        Assert.Equal(AiTurnState.Answered, (await _scene.TurnAsync("om_q2")).State);
    }

    [Theory]
    [InlineData("IN_PROGRESS", 180)]
    [InlineData("REQUIRES_MESSAGE", 1)]
    public async Task A_stale_run_or_one_that_waits_for_words_is_cancelled(string status, int ageInSeconds)
    {
        await _scene.RunAsync();
        Aily.AddRun("session_1", "other", [status]);
        _scene.Clock.Advance(TimeSpan.FromSeconds(ageInSeconds));

        await _scene.RunAsync(AiScene.Asking(messageId: "om_q2"));

        Assert.Contains(Aily.Calls, c => c.EndsWith("/cancel", StringComparison.Ordinal));
        Assert.Equal(AiTurnState.Answered, (await _scene.TurnAsync("om_q2")).State);
    }

    [Fact]
    public async Task A_run_whose_answer_got_lost_is_found_and_not_started_twice()
    {
        Aily.After = call => call == "POST sessions/session_1/runs" ? throw new HttpRequestException("gone") : Task.CompletedTask;

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Single(Aily.Runs);
    }

    [Fact]
    public async Task A_run_that_was_over_before_its_starter_could_note_it_is_found_too()
    {
        using var host = new CancellationTokenSource();
        Aily.Course = ["COMPLETED"];
        Aily.After = call =>
        {
            if (call == "POST sessions/session_1/runs")
            {
                host.Cancel();
            }

            host.Token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.RunAsync(ct: host.Token));
        Aily.After = _ => Task.CompletedTask;

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
        Assert.Single(Aily.Runs);
    }

    [Fact]
    public async Task The_same_question_run_twice_at_once_is_answered_once()
    {
        var thinking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Aily.After = call => call == "POST sessions/session_1/runs" ? thinking.Task : Task.CompletedTask;
        var both = Task.WhenAll(_scene.RunAsync(), _scene.RunAsync());
        thinking.SetResult();
        await both;

        Assert.Equal("**42**", Chat.Text);
        Assert.Single(Aily.Runs);
        Assert.Equal(1, Chat.Patches);
    }

    [Fact]
    public async Task Questions_of_one_conversation_are_answered_one_after_the_other_and_each_has_its_card_at_once()
    {
        // Given a question that is being thought about
        var thinking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Aily.After = call => call == "POST sessions/session_1/runs" ? thinking.Task : Task.CompletedTask;
        var first = _scene.RunAsync();

        // When another is asked, and a third in another chat
        var second = _scene.RunAsync(AiScene.Asking("And then?", "om_q2"));
        await _scene.RunAsync(AiScene.Asking("Elsewhere?", "om_q3", "oc_2"));

        // Then the second has a card but waits, the third is answered
        Assert.Equal(["Thinking…", "Thinking…", "**42**"], Chat.Cards.Select(c => FakeChat.TextOf(c.Card)));
        Assert.DoesNotContain("And then?", Aily.Messages);
        thinking.SetResult();
        await Task.WhenAll(first, second);
        Assert.All(Chat.Cards, c => Assert.Equal("**42**", FakeChat.TextOf(c.Card)));
    }

    [Fact]
    public async Task The_words_of_question_and_answer_are_not_kept()
    {
        await _scene.RunAsync(AiScene.Asking("my secret plan"));

        var turn = await _scene.TurnAsync();
        var kept = string.Join(' ', typeof(AiTurn).GetProperties().Select(p => p.GetValue(turn)));
        Assert.DoesNotContain("secret", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("42", kept, StringComparison.Ordinal);
    }

    public void Dispose() => _scene.Dispose();
}
