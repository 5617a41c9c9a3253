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
    [InlineData("<link url='https://evil.example'>go</link>", "&#60;link url='https&#58;//evil.example'&#62;go&#60;/link&#62;")]
    [InlineData("<local_datetime millisecond='1'></local_datetime>", "&#60;local&#95;datetime millisecond='1'&#62;&#60;/local&#95;datetime&#62;")]
    [InlineData("<button>Authorize</button>", "&#60;button&#62;Authorize&#60;/button&#62;")]
    [InlineData("| a | b |\n|---|---|", "&#124; a &#124; b &#124;\n&#124;---&#124;---&#124;")]
    [InlineData("```\ncode\n```", "&#96;&#96;&#96;\ncode\n&#96;&#96;&#96;")]
    [InlineData("Title\n===\nmore\n---", "Title\n&#61;==\nmore\n&#45;--")]
    [InlineData("> quoted", "&#62; quoted")]
    [InlineData("pay\u200Bpal \u2066x\u2069 so\u00ADft \u2060y", "paypal x soft y")]
    [InlineData("hi\U000E0041\U000E007F!", "hi!")]
    [InlineData("葛\U000E0100城", "葛\U000E0100城")]
    [InlineData("👩\u200D👧", "👩\u200D👧")]
    public void Text_of_others_stays_text(string written, string escaped) => Assert.Equal(escaped, MarkdownText.Escape(written));

    [Fact]
    public void Whatever_is_written_no_mark_survives_and_every_word_does() => Prop.ForAll<string?>(text =>
    {
        var escaped = MarkdownText.Escape(text ?? "");
        var read = Entity().Replace(escaped, m => ((char)int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToString());
        return !Entity().Replace(escaped, "").Any(c => "&<>[]*_~`\\|$".Contains(c, StringComparison.Ordinal))
            && read.Where(char.IsLetterOrDigit).SequenceEqual((text ?? "").Where(char.IsLetterOrDigit));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Zhang San", "Zhang San")]
    [InlineData("  Zhang\r\n# San\u2028\tWu ", "Zhang # San Wu")]
    [InlineData("**Boss** <at id=all></at>", "&#42;&#42;Boss&#42;&#42; &#60;at id=all…")]
    [InlineData("\u202Egnahz", "gnahz")]
    [InlineData("\u200B\u2060", "")]
    [InlineData(null, "")]
    public void A_name_is_one_line_and_not_a_long_one(string? written, string escaped) => Assert.Equal(escaped, MarkdownText.EscapeLine(written, 20));

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
