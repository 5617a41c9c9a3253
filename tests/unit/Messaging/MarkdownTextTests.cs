using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LarkService.Messaging;

namespace LarkService.UnitTests.Messaging;

public sealed partial class MarkdownTextTests
{
    [Theory]
    [InlineData("[Authorize](https://evil.example)", "&#91;Authorize&#93;(https&#58;//evil.example)")]
    [InlineData("<at id=all></at>", "&#60;at id=all&#62;&#60;/at&#62;")]
    [InlineData("<font color='red'>now</font>", "&#60;font color='red'&#62;now&#60;/font&#62;")]
    [InlineData("![x](img_v2_1)", "!&#91;x&#93;(img&#95;v2&#95;1)")]
    [InlineData("**bold** ~~gone~~ `code`", "&#42;&#42;bold&#42;&#42; &#126;&#126;gone&#126;&#126; &#96;code&#96;")]
    [InlineData("# Title", "&#35; Title")]
    [InlineData("issue #3, 10:30, a-b", "issue #3, 10:30, a-b")]
    [InlineData("a\n - b\n12. c\n3) d", "a\n &#45; b\n12&#46; c\n3&#41; d")]
    [InlineData("v1.2 (new)", "v1.2 (new)")]
    [InlineData("&lt;at&gt;", "&#38;lt;at&#38;gt;")]
    [InlineData(":OK:", "&#58;OK:")]
    [InlineData("moc.live\u202Eexample", "moc.liveexample")]
    [InlineData("a\r\nb\rc\u2028d\0e\u200B", "a\nb\nc\nde")]
    public void Text_of_others_stays_text(string written, string escaped) => Assert.Equal(escaped, MarkdownText.Escape(written));

    [Fact]
    public void Whatever_is_written_no_mark_survives_and_every_word_does() => Prop.ForAll<string?>(text =>
    {
        var escaped = MarkdownText.Escape(text ?? "");
        var read = Entity().Replace(escaped, m => ((char)int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToString());
        return !Entity().Replace(escaped, "").Any(c => "&<>[]*_~`\\|$".Contains(c, StringComparison.Ordinal))
            && read.Where(char.IsLetterOrDigit).SequenceEqual((text ?? "").Where(char.IsLetterOrDigit));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shortening_keeps_whole_characters()
    {
        Assert.Equal("ab", MarkdownText.Shorten("ab", 2));
        Assert.Equal("a…", MarkdownText.Shorten("abc", 2));
        Assert.Equal("a…", MarkdownText.Shorten("a😀b", 3));
        Assert.Equal("", MarkdownText.Cut("😀", 1));
        Assert.Equal("", MarkdownText.Cut("ab", -1));
    }

    [GeneratedRegex("&#([0-9]+);")]
    private static partial Regex Entity();
}
