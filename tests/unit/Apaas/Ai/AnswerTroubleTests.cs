using LarkService.Apaas.Ai;
using LarkService.Messaging;
using LarkService.OnBehalfOf;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>What the user is told when there is no answer, or none that can be shown.</summary>
public sealed class AnswerTroubleTests : IDisposable
{
    private readonly AiScene _scene = new();

    private FakeAily Aily => _scene.Aily;

    private FakeChat Chat => _scene.Chat;

    [Theory]
    [InlineData("FAILED", "could not answer")]
    [InlineData("CANCELLED", "was cancelled")]
    [InlineData("EXPIRED", "took too long")]
    [InlineData("REQUIRES_MESSAGE", "more details")]
    public async Task A_run_without_an_answer_is_told_kindly_with_a_reference(string status, string words)
    {
        Aily.Course = ["QUEUED", status];

        await _scene.RunAsync();

        Assert.Contains(words, Chat.Text, StringComparison.Ordinal);
        Assert.Contains("run&#95;2", Chat.Text, StringComparison.Ordinal);
        Assert.False(Aily.Runs[0].IsActive);
        Assert.Equal(AiTurnState.Failed, (await _scene.TurnAsync()).State);
    }

    [Fact]
    public async Task A_platform_that_cannot_be_reached_is_told_on_the_card()
    {
        Aily.Before = call => _ = call.EndsWith("/messages", StringComparison.Ordinal) ? throw new HttpRequestException("no route") : 0;

        await _scene.RunAsync();

        Assert.Contains("could not be reached", Chat.Text, StringComparison.Ordinal);
        Assert.Contains("Reference: ", Chat.Text, StringComparison.Ordinal);
        Assert.Equal(AiTurnState.Failed, (await _scene.TurnAsync()).State);
    }

    [Theory]
    [InlineData(429, 99991400, "very busy")]
    [InlineData(503, 0, "could not be reached")]
    [InlineData(400, 99991672, "administrator")]
    [InlineData(400, 2700001, "could not answer")]
    public async Task A_refusal_before_there_is_a_card_is_told_in_a_reply(int status, int code, string words)
    {
        Aily.Before = _ => throw FakeAily.Refusal(status, code);

        await _scene.RunAsync();

        Assert.Contains(words, Chat.Text, StringComparison.Ordinal);
        Assert.Contains("log-1", Chat.Text, StringComparison.Ordinal);
        Assert.Equal(AiTurnState.Failed, (await _scene.TurnAsync()).State);
    }

    [Fact]
    public async Task A_host_that_stops_is_no_failure()
    {
        using var host = new CancellationTokenSource();
        Aily.Before = call =>
        {
            if (call.EndsWith("/messages", StringComparison.Ordinal))
            {
                host.Cancel();
                host.Token.ThrowIfCancellationRequested();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.RunAsync(ct: host.Token));

        Assert.Equal(AiTurnState.Thinking, (await _scene.TurnAsync()).State);
    }

    [Fact]
    public async Task A_question_that_was_recalled_is_not_passed_on()
    {
        Chat.Refuse = (_, _) => MessageErrors.Recalled;

        await _scene.RunAsync();

        Assert.Empty(Aily.Messages);
        Assert.True((await _scene.TurnAsync()).IsFinished);
    }

    [Theory]
    [InlineData(MessageErrors.Recalled)]
    [InlineData(MessageErrors.TooOld)]
    public async Task A_card_that_can_no_longer_be_changed_is_followed_by_a_new_one(int code)
    {
        Chat.Refuse = (kind, _) => kind == "patch" ? code : 0;

        await _scene.RunAsync();

        Assert.Equal(["Thinking…", "**42**"], Chat.Cards.Select(c => FakeChat.TextOf(c.Card)));
    }

    [Fact]
    public async Task A_chat_that_is_written_to_too_often_is_tried_again()
    {
        var refusals = 2;
        Chat.Refuse = (_, _) => refusals-- > 0 ? MessageErrors.TooFrequent : 0;

        await _scene.RunAsync();

        Assert.Equal("**42**", Chat.Text);
    }

    [Fact]
    public async Task An_answer_the_card_refuses_as_markdown_is_shown_as_plain_text()
    {
        Aily.Writes = [("MDX", "![x](https://example.com/x.png)")];
        Chat.Refuse = (_, card) => card.Contains("![x]", StringComparison.Ordinal) ? MessageErrors.CardRefused : 0;

        await _scene.RunAsync();

        Assert.Equal("!&#91;x&#93;(https&#58;//example.com/x.png)", Chat.Text);
        Assert.Equal(AiTurnState.Answered, (await _scene.TurnAsync()).State);
    }

    [Fact]
    public async Task An_answer_whose_words_are_refused_is_told_as_such()
    {
        Chat.Refuse = (_, card) => card.Contains("42", StringComparison.Ordinal) ? MessageErrors.ContentAuditRefused : 0;

        await _scene.RunAsync();

        Assert.Contains("did not accept its content", Chat.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_wrote_nothing_readable_says_so()
    {
        Aily.Writes = [("SmartCard", "{}")];

        await _scene.RunAsync();

        Assert.Contains("nothing that can be shown", Chat.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_lost_its_AI_says_so()
    {
        _scene.Restart(ailyAppId: null);

        await _scene.RunAsync();

        Assert.Contains("AilyAppId", Chat.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Declined", "without your consent")]
    [InlineData("Expired", "has run out")]
    [InlineData("Failed", "went wrong")]
    public async Task Giving_up_is_told_once(string end, string words)
    {
        await _scene.Answering.GiveUpAsync(AiScene.User, AiScene.Asking(), Enum.Parse<ParkedCallEnd>(end), default);
        await _scene.Answering.GiveUpAsync(AiScene.User, AiScene.Asking(), Enum.Parse<ParkedCallEnd>(end), default);

        Assert.Contains(words, Chat.Text, StringComparison.Ordinal);
        Assert.Equal("om_q1", Chat.Cards[0].RepliesTo);
        Assert.Equal(0, Chat.Patches);
    }

    [Fact]
    public async Task Giving_up_an_answered_question_takes_nothing_back()
    {
        await _scene.RunAsync();

        await _scene.Answering.GiveUpAsync(AiScene.User, AiScene.Asking(), ParkedCallEnd.Expired, default);

        Assert.Equal("**42**", Chat.Text);
    }

    public void Dispose() => _scene.Dispose();
}
