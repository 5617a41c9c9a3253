using System.Text;
using LarkService.Apaas.Ai.Rest;
using Microsoft.AspNetCore.Http;

namespace LarkService.UnitTests.Apaas.Ai.Rest;

/// <summary>What is new to a reader, how far they are, and how it is written on the line.</summary>
public sealed class AnswerGrowthTests
{
    private const string Turn = "AAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void Only_what_is_new_is_said_and_a_text_that_was_rewritten_is_said_whole()
    {
        var growth = new AnswerGrowth(Turn);

        Assert.Null(growth.Next(""));
        Assert.Equal(new Growth(false, "We "), growth.Next("We "));
        Assert.Equal(new Growth(false, "ship 🚀"), growth.Next("We ship 🚀"));
        Assert.Null(growth.Next("We ship 🚀"));
        Assert.Equal(new Growth(true, "They ship"), growth.Next("They ship"));
        Assert.Equal(new Growth(false, "."), growth.Next("They ship."));
        Assert.Equal(new Growth(true, "They"), growth.Next("They"));
        Assert.Null(growth.Next(""));
    }

    [Theory]
    [InlineData("We ship", "We ship on Friday", false, " on Friday")]
    [InlineData("We ship", "They ship", true, "They ship")]
    [InlineData("We ship on Friday", "We ship", true, "We ship")]
    [InlineData("", "We", false, "We")]
    public void Who_comes_back_is_told_what_they_missed(string read, string text, bool rewritten, string content)
    {
        var growth = new AnswerGrowth(Turn, StreamPosition.Parse(StreamPosition.Of(Turn, read).ToString()));

        Assert.Equal(new Growth(rewritten, content), growth.Next(text));
        Assert.Equal(StreamPosition.Of(Turn, text), growth.Position);
    }

    [Fact]
    public void Who_comes_back_to_nothing_new_stays_where_they_were()
    {
        var position = StreamPosition.Of(Turn, "We ship");
        var growth = new AnswerGrowth(Turn, position);

        Assert.Null(growth.Next("We ship"));
        Assert.Null(growth.Next(""));
        Assert.Equal(position, growth.Position);
        Assert.Equal(new Growth(false, "."), growth.Next("We ship."));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.7")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.-7.00000000")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.999999999.00000000")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.7.0000000g")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.7.00000000\n")]
    [InlineData("'; DROP TABLE x; -- AAAA.7.00000000")]
    public void What_is_no_event_id_of_ours_is_none(string id) => Assert.Null(StreamPosition.Parse(id));

    [Fact]
    public async Task Events_are_written_as_readers_expect_them()
    {
        var http = new DefaultHttpContext();
        http.Response.Body = new MemoryStream();
        var events = new EventStream(http.Response);

        await events.BeginAsync("a.0.1", default);
        await events.SendAsync("delta", new { content = "two\nlines 🚀" }, "a.9.2", default);
        await events.BeatAsync(default);

        Assert.Equal("text/event-stream", http.Response.ContentType);
        Assert.Equal("no-store", http.Response.Headers.CacheControl);
        Assert.Equal(
            "retry: 1000\nid: a.0.1\n\nevent: delta\nid: a.9.2\ndata: {\"content\":\"two\\nlines \\uD83D\\uDE80\"}\n\n: still at it\n\n",
            Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()));
    }
}
