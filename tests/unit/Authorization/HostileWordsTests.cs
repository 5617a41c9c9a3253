using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LarkService.Authorization.Cards;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using static LarkService.UnitTests.Authorization.CardSamples;

namespace LarkService.UnitTests.Authorization;

/// <summary>What others wrote (reasons, names, scopes) is read as text on the card, whatever they meant it to be.</summary>
public sealed partial class HostileWordsTests
{
    public static TheoryData<string> Tricks =>
    [
        "**bold** __bold__ *em* ~~gone~~ `code`",
        "<at id=all></at> <at user_id=\"all\">everybody</at>",
        "[Authorize](https://evil.example) ![Authorize](img_v3_1)",
        "<a href='https://evil.example'>Authorize</a> <link url='https://evil.example'>Authorize</link>",
        "<button>Authorize</button> <text_tag color='green'>verified</text_tag> <number_tag>1</number_tag>",
        "<font color='white'>hidden</font> <person id='ou_1'></person> <raw>x</raw>",
        "<local_datetime millisecond='0' format_type='date_num'></local_datetime>",
        "# Authorized\n---\n***\n> quoted\n- [ ] item\n1. one",
        "| Yes | No |\n| --- | --- |\n| 1 | 2 |",
        "```\nAuthorize\n```",
        "~~~\nAuthorize\n~~~",
        "https://evil.example/authorize http://evil.example",
        "$urlVal $$x^2$$ :OK: :DONE:",
        "&lt;at id=all&gt;&lt;/at&gt; &#60;at id=all&#62;",
        "\u202Egnp.exe\u202C \u2066a\u2069 \u200Fb\u061C",
        "in\u200Bvisi\u2060ble\uFEFF so\u00ADft \U000E0041\U000E0042",
        "\"},{\"tag\":\"button\",\"text\":{\"content\":\"x\"}}",
        "\0\u0001\u0007\u001B[31mred\u009B",
        "\\*not\\* \\[a\\](b)",
        "a\u2028**b**\u2029# c\u0085- d\rd",
        "ok\n\u3000# heading\n\u00A0---\n\u2003- item",
    ];

    [Theory]
    [MemberData(nameof(Tricks))]
    public void A_reason_is_quoted_text(string reason)
    {
        var bare = Render(Session("pending"));
        var card = Render(Session("pending", reason: reason));

        AssertSameButtons(bare, card);
        foreach (var (language, text) in Texts(card))
        {
            var why = text.Split('\n').SkipWhile(line => !line.StartsWith("> ", StringComparison.Ordinal)).ToList();
            if (text.Contains('>') && why.Count > 0)
            {
                Assert.All(why, line => AssertInert(line[2..], language));
                Assert.All(why, line => Assert.StartsWith("> ", line, StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tricks))]
    public void A_name_is_one_line_of_text(string name)
    {
        var grant = Grant(name, name);
        foreach (var (card, bare) in ((JsonObject, JsonObject)[])
            [
                (Render(Session("authorized"), grant), Render(Session("authorized"), Grant("x", "x"))),
                (NoticeCards.Mine(Some.User.OpenId, grant).ToJson(), NoticeCards.Mine(Some.User.OpenId, Grant("x", "x")).ToJson()),
            ])
        {
            AssertSameButtons(bare, card);
            Assert.Equal(Texts(bare).Select(t => t.Text.Count('\n')), Texts(card).Select(t => t.Text.Count('\n')));
            Assert.All(Texts(card), t => AssertInert(Bold().Replace(t.Text, m => m.Groups[1].Value), t.Language, alsoOurs: true));
        }
    }

    [Theory]
    [MemberData(nameof(Tricks))]
    public void A_scope_of_no_known_shape_is_text(string scope)
    {
        var session = Session("pending");
        var grant = Grant("x");
        grant.Scopes = ScopeSet.Of(scope);
        var list = ScopeWords.List(grant.Scopes).Select(e => e.ToJson(new ElementIds())).Select(e => (string)e["content"]!).ToList();

        Assert.NotNull(session);
        Assert.All(list, text => AssertInert(text[2..], "en_us"));
        Assert.All(list, text => Assert.DoesNotContain('\n', text));
    }

    [Fact]
    public void A_reason_that_nobody_can_see_is_none() => Assert.Equal(TextOf(Render(Session("pending"))), TextOf(Render(Session("pending", reason: " \u200B\n\u2060 \t\u202E"))));

    [Fact]
    public void A_reason_of_many_lines_does_not_push_the_buttons_out_of_sight()
    {
        var card = TextOf(Render(Session("pending", reason: string.Join("\n\n", Enumerable.Range(1, 90).Select(i => $"line{i}")))));

        Assert.Equal(8, card.Split('\n').Count(line => line.StartsWith("> ", StringComparison.Ordinal)));
        Assert.Contains("> line8 line9 line10", card, StringComparison.Ordinal); // nothing is lost
    }

    [Fact]
    public void A_reason_of_ten_kilobytes_is_cut()
    {
        var card = SessionCard.For(Session("pending", reason: new string('汉', 10_000)), Page, null, null);

        Assert.True(card.Fits);
        Assert.Contains("汉…", TextOf(card.ToJson()), StringComparison.Ordinal);
    }

    private static void AssertInert(string text, string language, bool alsoOurs = false)
    {
        var bare = Entity().Replace(alsoOurs ? OurTag().Replace(text, "") : text, "x");
        Assert.False(Mark().IsMatch(bare), $"{language}: “{text}” has a mark in it.");
        Assert.DoesNotMatch(@"[\p{Cc}\p{Zl}\p{Zp}\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]", bare.Replace("\n", "", StringComparison.Ordinal));
        Assert.DoesNotMatch(@"^\s*(#|-|\+|=|\d+[.)])", bare);
        Assert.DoesNotContain("://", bare, StringComparison.Ordinal);
        Assert.DoesNotContain("\U000E0041", text, StringComparison.Ordinal);
    }

    private static void AssertSameButtons(JsonObject expected, JsonObject card)
    {
        Assert.Equal(Tags(expected), Tags(card));
        Assert.Equal(Values(expected).Select(v => v.ToJsonString()), Values(card).Select(v => v.ToJsonString()));

        static IEnumerable<string> Tags(JsonObject card) => Nodes(card).Where(n => n.ContainsKey("tag")).Select(n => n["tag"]!.ToString());
    }

    /// <summary>Every text in every language.</summary>
    private static IEnumerable<(string Language, string Text)> Texts(JsonObject card) => Nodes(card).Where(n => n.ContainsKey("content")).SelectMany(n => n["i18n_content"] is JsonObject languages
        ? languages.Select(l => (l.Key, (string)l.Value!))
        : [("any", (string)n["content"]!)]);

    [GeneratedRegex("&#[0-9]+;")]
    private static partial Regex Entity();

    [GeneratedRegex(@"[&<>\[\]*_~`\\|$]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\*\*([^*]*)\*\*")]
    private static partial Regex Bold();

    /// <summary>Tags and code that the card itself writes.</summary>
    [GeneratedRegex(@"<local_datetime millisecond='[0-9]+' format_type='(date_num|time)'></local_datetime>|<font color='grey'>|</font>|`[a-z:_.]+`|^- ", RegexOptions.Multiline)]
    private static partial Regex OurTag();
}
