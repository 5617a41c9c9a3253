using System.Text.Json.Nodes;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

public sealed class SessionCardTests
{
    private static readonly Uri Page = new("https://accounts.feishu.cn/consent?state=the-state");

    /// <summary>State and its shade, colour of the header, actions of the buttons in their order.</summary>
    public static TheoryData<string, string, string, string> Looks => new()
    {
        { "pending", "", "blue", "consent.open consent.decline" },
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
    public void Every_state_speaks_English_and_Chinese(string state, string shade, string color, string actions)
    {
        Assert.NotNull(color + actions);
        var texts = Nodes(Render(Session(state, shade))).Where(n => n.ContainsKey("content")).ToList();

        Assert.NotEmpty(texts);
        Assert.All(texts.Where(t => t.ContainsKey("i18n_content")), t =>
        {
            Assert.DoesNotMatch(@"\p{IsCJKUnifiedIdeographs}", (string)t["content"]!);
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", (string)t["i18n_content"]!["zh_cn"]!);
        });
        Assert.Contains(texts, t => t.ContainsKey("i18n_content"));
    }

    [Fact]
    public void What_somebody_else_wrote_is_shown_as_text_and_never_as_markdown()
    {
        var session = Session("pending", "", "**now** <at id=all></at> [x](https://evil.example)\n# big");
        var text = TextOf(Render(session));

        Assert.DoesNotContain("**now**", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<at", text, StringComparison.Ordinal);
        Assert.DoesNotContain("](https://evil.example", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_of_two_lines_stays_inside_the_quotation()
    {
        var asking = Nodes(Render(Session("pending", "", "first\nsecond"))).Select(n => (string?)n["content"]).First(t => t is not null && t.Contains("first", StringComparison.Ordinal))!;

        Assert.EndsWith("> first\n> second", asking, StringComparison.Ordinal);
    }

    [Fact]
    public void A_users_name_is_shown_as_text()
    {
        var card = TextOf(Render(Session("authorized", ""), Grant("**Boss** <at id=all></at>")));

        Assert.Contains("Boss", card, StringComparison.Ordinal);
        Assert.DoesNotContain("**Boss**", card, StringComparison.Ordinal);
        Assert.DoesNotContain("<at", card, StringComparison.Ordinal);
    }

    [Fact]
    public void The_success_card_lists_what_was_granted_and_not_what_was_asked_for()
    {
        var card = TextOf(Render(Session("authorized", ""), Grant("Zhang San")));

        Assert.Contains("`granted:only`", card, StringComparison.Ordinal);
        Assert.DoesNotContain("asked:for", card, StringComparison.Ordinal);
        Assert.Contains("2027-03-01", card, StringComparison.Ordinal); // 365 days
    }

    [Fact]
    public void A_grant_without_a_refresh_token_is_promised_no_year()
    {
        var grant = Grant("Zhang San");
        grant.SealedRefreshToken = null;

        Assert.DoesNotContain("2027", TextOf(Render(Session("authorized", ""), grant)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_scopes_are_open_to_see_only_where_that_was_wished()
    {
        Assert.False(Panel(detailed: false));
        Assert.True(Panel(detailed: true));

        static bool Panel(bool detailed) => (bool)Nodes(Render(Session("pending", "", detailed: detailed))).Single(n => n["tag"]?.ToString() == "collapsible_panel")["expanded"]!;
    }

    [Fact]
    public void A_failure_shows_a_reference_short_enough_to_read_out() =>
        Assert.Contains("Reference: SESSION0 (platform_20010)", TextOf(Render(Session("failed", "platform_20010"))), StringComparison.Ordinal);

    [Fact]
    public void The_privacy_policy_is_linked_while_it_matters()
    {
        Assert.Contains("[Privacy](https://example.com/privacy)", TextOf(SessionCard.For(Session("pending", ""), Page, null, "https://example.com/privacy").ToJson()), StringComparison.Ordinal);
        Assert.DoesNotContain("Privacy", TextOf(Render(Session("pending", ""))), StringComparison.Ordinal);
    }

    [Fact]
    public void Scopes_that_mean_the_same_to_a_person_are_one_line_and_unknown_ones_are_named()
    {
        var scopes = ScopeSet.Of("aily:session:read", "aily:session:write", "aily:run:read", "odd:scope");

        Assert.Equal(2, ScopeWords.Count(scopes));
        Assert.Contains("- `odd:scope`", ScopeWords.List(scopes).En, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GrantStatus.Active, "green", "grant.revoke grant.ask")]
    [InlineData(GrantStatus.ReauthorizationRequired, "grey", "grant.ask")]
    [InlineData(GrantStatus.Revoked, "grey", "grant.ask")]
    internal void The_card_of_auth_offers_what_can_be_done(GrantStatus status, string color, string actions)
    {
        var grant = Grant("Zhang San");
        grant.Status = status;
        var card = NoticeCards.Mine(Some.User.OpenId, grant).ToJson();

        Assert.Equal(color, (string?)card["header"]!["template"]);
        Assert.Equal(actions, string.Join(' ', Values(card).Select(v => (string?)v["action"])));
        Assert.All(Values(card), v => Assert.Equal(Some.User.OpenId, (string?)v["open_id"]));
    }

    [Theory]
    [InlineData("user", "You took")]
    [InlineData("platform", "reports")]
    [InlineData("api", "administrator")]
    public void A_revocation_says_by_whom(string by, string words)
    {
        var card = NoticeCards.Revoked(Some.User.OpenId, by).ToJson();

        Assert.Contains(words, TextOf(card), StringComparison.Ordinal);
        Assert.Equal("grant.ask", (string?)Assert.Single(Values(card))["action"]);
    }

    private static AuthorizationSession Session(string state, string shade, string? reason = null, bool detailed = false)
    {
        var now = new ManualTime().GetUtcNow();
        return new()
        {
            SessionId = "SESSION0123456789abcdef",
            AppId = Some.AppId,
            OpenId = Some.User.OpenId,
            Flow = SessionFlow.Redirect,
            Origin = SessionOrigin.Rest,
            State = Words.State(state),
            Scopes = ScopeSet.Of("asked:for"),
            OpenedAt = shade == "opened" ? now : null,
            WrongPersonCount = shade == "wrong person" ? 1 : 0,
            ErrorCode = state == "failed" ? shade : null,
            Reason = reason,
            Detailed = detailed,
            CreatedAt = now,
            ExpiresAt = now.AddMinutes(10),
            CompletedAt = state == "pending" ? null : now,
        };
    }

    private static UserGrant Grant(string name) => new()
    {
        AppId = Some.AppId,
        OpenId = Some.User.OpenId,
        Name = name,
        Scopes = ScopeSet.Of("granted:only"),
        SealedRefreshToken = "sealed",
        GrantedAt = new ManualTime().GetUtcNow(),
        AccessExpiresAt = new ManualTime().GetUtcNow().AddHours(2),
    };

    private static JsonObject Render(AuthorizationSession session, UserGrant? grant = null) =>
        SessionCard.For(session, session.State == SessionState.Pending ? Page : null, grant, null).ToJson();

    private static string TextOf(JsonNode card) => string.Join('\n', Nodes(card).Select(n => n["content"]?.ToString()));

    private static IEnumerable<JsonObject> Values(JsonNode card) => Nodes(card).Where(n => n["type"]?.ToString() == "callback").Select(n => n["value"]!.AsObject());

    private static IEnumerable<JsonObject> Nodes(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Nodes(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Nodes),
        _ => [],
    };
}
