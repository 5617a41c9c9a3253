using System.Text.Json.Nodes;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Messaging;
using LarkService.Platform;
using static LarkService.UnitTests.Authorization.CardSamples;

namespace LarkService.UnitTests.Authorization;

public sealed class SessionCardTests
{
    /// <summary>State and its shade, colour of the header, actions of the buttons in their order.</summary>
    public static TheoryData<string, string, string, string> Looks => new()
    {
        { "pending", "", "blue", "consent.open consent.decline" },
        { "pending", "call", "blue", "consent.open consent.decline" },
        { "pending", "chat", "blue", "consent.open consent.decline" },
        { "pending", "renewal", "blue", "consent.open consent.decline" },
        { "pending", "opened", "blue", "consent.open consent.decline" },
        { "pending", "wrong person", "blue", "consent.open consent.decline" },
        { "authorized", "", "green", "" },
        { "declined", "", "grey", "consent.renew" },
        { "expired", "", "grey", "consent.renew" },
        { "superseded", "", "grey", "" },
        { "failed", SessionErrors.WrongPerson, "red", "consent.renew" },
        { "failed", SessionErrors.PlatformUnavailable, "red", "consent.renew" },
        { "failed", SessionErrors.CardNotSent, "red", "consent.renew" },
        { "failed", "platform_20010", "red", "consent.renew" },
        { "failed", "platform_20027", "red", "consent.renew" },
    };

    [Theory]
    [MemberData(nameof(Looks))]
    public void Every_state_has_its_colour_and_its_buttons(string state, string shade, string color, string actions)
    {
        var session = Session(state, shade);
        var card = Render(session);

        Assert.Equal(color, (string?)card["header"]!["template"]);
        Assert.Equal(actions, string.Join(' ', Values(card).Select(v => (string?)v["action"])));
        Assert.All(Values(card), v => Assert.Equal(session.SessionId, (string?)v["session"]));
        Assert.Equal(state == "pending" ? [Page.AbsoluteUri] : [], Nodes(card).Select(n => n["default_url"]?.ToString()).OfType<string>());
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public void Every_state_speaks_three_languages(string state, string shade, string color, string actions)
    {
        Assert.NotNull(color + actions);
        var texts = Nodes(Render(Session(state, shade), Grant("张三", "Zhang San"))).Where(n => n.ContainsKey("content")).ToList();

        Assert.Contains(texts, t => t.ContainsKey("i18n_content"));
        Assert.All(texts, AssertThreeLanguages);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public void A_session_with_a_language_speaks_that_one_to_every_client(string state, string shade, string color, string actions)
    {
        Assert.NotNull(color + actions);
        foreach (var language in Languages.All)
        {
            var all = Render(Session(state, shade), Grant("张三", "Zhang San"));
            var one = Render(Session(state, shade, locale: language), Grant("张三", "Zhang San"));

            Assert.DoesNotContain("i18n_content", one.ToJsonString(), StringComparison.Ordinal);
            Assert.Equal(
                Nodes(all).Where(n => n.ContainsKey("content")).Select(n => (string?)(n["i18n_content"]?[language] ?? n["content"])),
                Nodes(one).Where(n => n.ContainsKey("content")).Select(n => (string?)n["content"]));
        }
    }

    [Fact]
    public void Whoever_asks_is_named_and_no_two_kinds_of_askers_read_alike()
    {
        var words = ((string[])["", "call", "chat", "renewal"]).Select(origin => TextOf(Render(Session("pending", origin)))).ToList();

        Assert.Equal(4, words.Distinct().Count());
        Assert.Contains("A system connected to this app", words[0], StringComparison.Ordinal);
        Assert.Contains("A task that runs for you", words[1], StringComparison.Ordinal);
        Assert.Contains("You asked for this in chat", words[2], StringComparison.Ordinal);
        Assert.Contains("Nothing is lost", words[3], StringComparison.Ordinal);
    }

    [Fact]
    public void The_card_says_in_the_readers_own_time_until_when_it_can_be_answered()
    {
        foreach (var shade in (string[])["", "opened", "renewal"])
        {
            var session = Session("pending", shade);
            Assert.Contains($"<local_datetime millisecond='{session.ExpiresAt.ToUnixTimeMilliseconds()}' format_type='time'></local_datetime>", TextOf(Render(session)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_success_card_names_the_person_and_lists_what_was_granted_and_not_what_was_asked_for()
    {
        var json = Render(Session("authorized"), Grant("张三", "Zhang San"));
        var card = TextOf(json);

        Assert.Contains("**Zhang San**", card, StringComparison.Ordinal);
        Assert.Contains("**张三** さん", json.ToJsonString(Readable), StringComparison.Ordinal);
        Assert.Contains("`granted:only`", card, StringComparison.Ordinal);
        Assert.DoesNotContain("asked:for", card, StringComparison.Ordinal);
        Assert.Contains(Milliseconds(Grant("").GrantedAt.AddDays(365)), card, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grant_without_a_refresh_token_is_promised_no_year()
    {
        var grant = Grant("Zhang San");
        grant.SealedRefreshToken = null;
        var card = TextOf(Render(Session("authorized"), grant));

        Assert.DoesNotContain(Milliseconds(grant.GrantedAt.AddDays(365)), card, StringComparison.Ordinal);
        Assert.Contains(Milliseconds(grant.AccessExpiresAt!.Value), card, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("authorized")]
    public void The_scopes_are_listed_where_that_was_wished_and_else_folded_with_their_number(string state)
    {
        Assert.False((bool)Panel(detailed: false)["expanded"]!);
        Assert.True((bool)Panel(detailed: true)["expanded"]!);
        Assert.Contains("(2)", (string?)Panel(detailed: false)["header"]!["title"]!["content"], StringComparison.Ordinal);

        JsonObject Panel(bool detailed) => Nodes(Render(Session(state, detailed: detailed))).Single(n => n["tag"]?.ToString() == "collapsible_panel");
    }

    [Theory]
    [InlineData("platform_20010", "not among the people who may use this app")]
    [InlineData("platform_20066", "your account cannot be used")]
    [InlineData("platform_20069", "not switched on")]
    [InlineData("platform_20027", "not allowed to ask for this")]
    [InlineData("platform_20071", "not set up correctly")]
    [InlineData("platform_20072", "did not answer in time")]
    [InlineData("platform_4711", "did not accept the authorization")]
    [InlineData(SessionErrors.PlatformUnavailable, "did not answer in time")]
    [InlineData(SessionErrors.WrongPerson, "used by other people")]
    [InlineData(SessionErrors.CardNotSent, "did not accept the authorization")]
    public void A_failure_says_why_in_plain_words_and_shows_a_reference_short_enough_to_read_out(string error, string words)
    {
        var card = TextOf(Render(Session("failed", error)));

        Assert.Contains(words, card, StringComparison.Ordinal);
        Assert.Contains("othing was stored", card, StringComparison.Ordinal);
        Assert.Contains($"Reference: `SES_ION0` · `{error}`", card, StringComparison.Ordinal);
    }

    [Fact]
    public void The_privacy_policy_is_linked_while_it_matters_and_its_address_ends_the_link_where_it_should()
    {
        var card = TextOf(SessionCard.For(Session("pending"), Page, null, "https://example.com/privacy_(v2)").ToJson());

        Assert.Contains("[Privacy](https://example.com/privacy_%28v2%29)", card, StringComparison.Ordinal);
        Assert.DoesNotContain("Privacy", TextOf(Render(Session("pending"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Scopes_that_mean_the_same_to_a_person_are_one_line_and_unknown_ones_are_named()
    {
        var scopes = ScopeSet.Of("aily:session:read", "aily:session:write", "aily:run:read", "odd:scope", "o`dd **scope**");
        var list = TextOf(new JsonArray([.. ScopeWords.List(scopes).Select(e => e.ToJson(new ElementIds()))]));

        Assert.Equal(3, ScopeWords.Count(scopes));
        Assert.Equal(1, list.Split("Talk to the AI assistant").Length - 1);
        Assert.Contains("- `odd:scope`", list, StringComparison.Ordinal);
        Assert.Contains("- o&#96;dd &#42;&#42;scope&#42;&#42;", list, StringComparison.Ordinal);
    }

    [Fact]
    public void The_most_scopes_and_the_longest_reason_still_make_a_card()
    {
        var named = Enumerable.Range(0, 50).Select(i => $"{i:00}{new string('x', 98)}");
        var reason = new string('*', 400);
        foreach (var scopes in (IEnumerable<string>[])[named, ScopeTable.Scopes.Take(50), ScopeTable.Scopes.Concat(named), Enumerable.Range(0, 1000).Select(i => $"many:scopes:{i}")])
        {
            var asking = SessionCard.For(With(Session("pending", "wrong person", detailed: true), scopes, reason), Page, null, "https://example.com/" + new string('p', 500));
            AssertFits(asking);
            var grant = Grant(new string('张', 500), new string('*', 500));
            grant.Scopes = ScopeSet.Of(scopes);
            AssertFits(SessionCard.For(Session("authorized", detailed: true), null, grant, null));
            AssertFits(NoticeCards.Mine("ou_1", grant));
        }

        Assert.Contains("and 950 more", TextOf(SessionCard.For(With(Session("pending"), Enumerable.Range(0, 1000).Select(i => $"many:scopes:{i}"), null), Page, null, null).ToJson()), StringComparison.Ordinal);
    }

    private static void AssertFits(Card card)
    {
        Assert.True(card.Fits, $"{System.Text.Encoding.UTF8.GetByteCount(card.ToJson().ToJsonString(Readable))} bytes");
        Assert.True(Nodes(card.ToJson()).Count(n => n.ContainsKey("tag")) <= CardLimits.MaxElements);
    }

    private static AuthorizationSession With(AuthorizationSession session, IEnumerable<string> scopes, string? reason) => new()
    {
        SessionId = session.SessionId,
        AppId = session.AppId,
        OpenId = session.OpenId,
        Flow = session.Flow,
        Origin = session.Origin,
        Scopes = ScopeSet.Of(scopes),
        WrongPersonCount = session.WrongPersonCount,
        Reason = reason,
        ReasonZh = reason,
        ReasonJa = reason,
        Detailed = session.Detailed,
        CreatedAt = session.CreatedAt,
        ExpiresAt = session.ExpiresAt,
    };

    /// <summary>A text that is the same everywhere (a scope's name) is no matter of language.</summary>
    private static void AssertThreeLanguages(JsonObject text)
    {
        if (text["i18n_content"] is not JsonObject languages)
        {
            Assert.DoesNotMatch("[a-z]{3,} [a-z]{2,}", (string?)text["content"]);
            return;
        }

        Assert.Equal(Languages.All.Order(), languages.Select(l => l.Key).Order());
        Assert.Equal((string?)text["content"], (string?)languages["en_us"]);
        Assert.DoesNotMatch(@"[\p{IsCJKUnifiedIdeographs}\p{IsHiragana}\p{IsKatakana}]", (string?)languages["en_us"]);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", (string?)languages["zh_cn"]);
        Assert.DoesNotMatch(@"[\p{IsHiragana}\p{IsKatakana}]", (string?)languages["zh_cn"]);
        Assert.NotEqual((string?)languages["zh_cn"], (string?)languages["ja_jp"]);
    }

    private static string Milliseconds(DateTimeOffset at) => $"'{at.ToUnixTimeMilliseconds()}'";

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
