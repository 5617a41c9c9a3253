using LarkService.Apaas.Ai;
using LarkService.Messaging;

namespace LarkService.UnitTests.Apaas.Ai;

public sealed class AnswerCardsTests
{
    [Fact]
    public void A_short_answer_is_shown_whole() => Assert.Equal("**42**", FakeChat.TextOf(AnswerCards.Answer("**42**").ToJson()));

    [Theory]
    [InlineData("word ")]
    [InlineData("字")]
    [InlineData("😀")]
    [InlineData("\"\n")]
    public void A_long_answer_fills_the_card_and_says_that_it_was_cut(string piece)
    {
        var card = AnswerCards.Answer(string.Concat(Enumerable.Repeat(piece, 40_000)));

        Assert.True(card.Fits);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(card.ToJsonString()) > CardLimits.MaxBytes - 400);
        Assert.Contains(AiWords.Cut.En, FakeChat.TextOf(card.ToJson()), StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', card.ToJsonString());
    }

    [Fact]
    public void Code_that_is_cut_is_closed()
    {
        var card = AnswerCards.Answer("```\n" + string.Concat(Enumerable.Repeat("line of code\n", 5_000)));

        Assert.Equal(2, FakeChat.TextOf(card.ToJson()).Split("```").Length - 1);
    }

    [Fact]
    public void The_list_of_chats_shows_the_beginning_of_the_answer()
    {
        var summary = (string?)AnswerCards.Answer("one\ntwo " + new string('x', 200)).ToJson()["config"]!["summary"]!["content"];

        Assert.StartsWith("one two", summary, StringComparison.Ordinal);
        Assert.Equal(80, summary!.Length);
    }

    [Theory]
    [InlineData("MDX", "**a** <at id=all></at>", "**a** &#60;at id=all>&#60;/at>")]
    [InlineData("TEXT", "**a**", "&#42;&#42;a&#42;&#42;")]
    [InlineData("CLIP", "x", "")]
    public void Markdown_keeps_its_marks_but_calls_nobody_and_plain_text_stays_plain(string type, string content, string shown) =>
        Assert.Equal(shown, AnswerText.From([new AilyMessage("m", true, type, content, 1)]));

    [Fact]
    public void Only_the_assistants_words_are_shown_and_all_of_them() =>
        Assert.Equal("one\n\ntwo", AnswerText.From([new("1", false, "MDX", "asked", 1), new("2", true, "MDX", "one", 2), new("3", true, "MDX", " two\n", 3), new("4", true, "MDX", " ", 4)]));
}
