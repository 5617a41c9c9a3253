using LarkService.Authorization;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>The rules of asking where nobody asked expressly: once within the cooldown, then only on a card that is there.</summary>
public sealed class AskRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly ScopeSet Own = ScopeSet.Of("own");
    private static readonly AuthorizationOptions Options = new() { RedirectUri = "https://x.example/oauth/callback" };

    // kind     last automatic session   what becomes of an ask for "b", which that one does not cover
    public static TheoryData<string, string, string> Cooldown => new()
    {
        { "call", "none", "own card" },
        { "renewal", "none", "own card" },
        { "rest", "declined", "own card" },
        { "chat", "declined", "own card" },
        { "call", "pending", "its card" },
        { "renewal", "pending", "its card" },
        { "call", "opened", "held back 60" }, // of the two minutes somebody is taken to be on the page
        { "call", "authorized", "its card" },
        { "renewal", "authorized", "its card" },
        { "call", "expired", "held back 3540" },
        { "renewal", "expired", "its card" },
        { "call", "failed", "held back 3540" },
        { "renewal", "failed", "its card" },
        { "call", "declined", "held back 3570" }, // half a minute after it was asked
        { "renewal", "declined", "held back 3570" },
        { "call", "expired without card", "held back 3540" },
        { "renewal", "expired without card", "held back 3540" },
    };

    [Theory]
    [MemberData(nameof(Cooldown))]
    public void Within_the_cooldown(string kind, string last, string outcome)
    {
        var session = Session(last);
        var history = new AskHistory
        {
            Pending = session is { State: SessionState.Pending } ? [session] : [],
            LastAutomatic = session,
            LastCard = session is { MessageId: not null, State: SessionState.Authorized or SessionState.Expired or SessionState.Failed } ? session : null,
            Declined = session is { State: SessionState.Declined } ? [session] : [],
        };

        Assert.Equal(outcome, Said(Decide(Ask(kind, "b"), kind is "rest" or "chat" ? new AskHistory() : history), session));
    }

    [Fact]
    public void The_scopes_of_automatic_asks_that_wait_are_joined_and_those_of_others_are_not()
    {
        var automatic = Session("pending")!;
        var expressly = Session("pending", SessionOrigin.Rest, "z")!;

        var asked = Assert.IsType<AskDecision.Ask>(Decide(Ask("call", "b"), new AskHistory { Pending = [automatic, expressly], LastAutomatic = automatic }));
        Assert.Equal((ScopeSet.Parse("a b own"), automatic), (asked.Scopes, asked.CardOf));
        Assert.Equal([automatic], asked.Smaller);
        Assert.Equal(ScopeSet.Parse("b own"), Assert.IsType<AskDecision.Ask>(Decide(Ask("rest", "b"), new AskHistory { Pending = [automatic, expressly] })).Scopes);
    }

    [Theory]
    [InlineData("call", "a", true)]
    [InlineData("renewal", "a c", true)]
    [InlineData("call", "c", false)]
    [InlineData("rest", "a", false)]
    [InlineData("chat", "a", false)]
    public void What_was_declined_is_not_asked_for_again_by_itself_whoever_had_asked(string kind, string scopes, bool held)
    {
        // Given a refusal of what a caller had asked for expressly, so that no automatic card is in the way
        var declined = Session("declined", SessionOrigin.Rest, "a")!;
        var decision = Decide(Ask(kind, scopes), new AskHistory { Declined = [declined] }, granted: "own");

        Assert.Equal(held ? "held back 3570" : "own card", Said(decision, null));
    }

    [Theory]
    [InlineData("own a", false)] // granted, so it is not among what was declined
    [InlineData("own", true)]
    public void A_refusal_is_about_what_was_not_granted(string granted, bool held)
    {
        var declined = Session("declined", SessionOrigin.Rest, "own a")!;

        Assert.Equal(held ? "held back 3570" : "own card", Said(Decide(Ask("call", "a b"), new AskHistory { Declined = [declined] }, granted), null));
    }

    [Fact]
    public void A_refusal_of_more_is_no_refusal_of_what_was_granted_and_has_run_out_since()
    {
        var declined = Session("declined", SessionOrigin.Rest, "own a more")!; // more, and what was granted along
        var grant = Grant("own a", Now.AddDays(-1));
        grant.RefreshOutcome = RefreshResult.ReauthorizationRequired;

        Assert.Equal("own card", Said(Decide(Ask("renewal", "a"), new AskHistory { Declined = [declined], Grant = grant }), null));
        Assert.Equal("held back 3570", Said(Decide(Ask("call", "more"), new AskHistory { Declined = [declined], Grant = grant }), null));
    }

    [Fact]
    public void Who_has_agreed_since_has_thought_better_of_it()
    {
        var declined = Session("declined", SessionOrigin.Rest, "a")!;
        var grant = Grant("own", Now.AddSeconds(-5));

        Assert.Equal("own card", Said(Decide(Ask("call", "a"), new AskHistory { Declined = [declined], Grant = grant }), null));
        var automatic = Session("declined")!;
        var card = Session("authorized", SessionOrigin.Chat)!;
        var renewed = new AskHistory { Declined = [automatic], LastAutomatic = automatic, LastCard = card, Grant = grant };
        Assert.Equal("its card", Said(Decide(Ask("renewal", "a"), renewed), card));
    }

    [Fact]
    public void A_cooldown_of_nothing_holds_nothing_back()
    {
        var declined = Session("declined")!;
        var history = new AskHistory { LastAutomatic = declined, Declined = [declined] };

        Assert.IsType<AskDecision.Ask>(AskRules.Decide(Ask("call", "a"), history, Own, Options with { CardCooldown = TimeSpan.Zero }, Now, patient: true));
    }

    [Fact]
    public void A_card_that_another_process_is_about_to_send_is_waited_for_but_not_for_ever()
    {
        var young = Session("pending", SessionOrigin.Call, "a", age: 1, messageId: null)!;
        var old = Session("pending", SessionOrigin.Call, "a", age: 60, messageId: null)!;

        Assert.IsType<AskDecision.CardOnItsWay>(Decide(Ask("call", "b"), new AskHistory { Pending = [young] }));
        Assert.IsType<AskDecision.Ask>(AskRules.Decide(Ask("call", "b"), new AskHistory { Pending = [young] }, Own, Options, Now, patient: false));
        Assert.IsType<AskDecision.Ask>(Decide(Ask("call", "b"), new AskHistory { Pending = [old] }));
    }

    [Fact]
    public void The_window_counts_for_everybody()
    {
        var history = new AskHistory { Asked = [.. Enumerable.Range(1, 5).Select(i => Now.AddSeconds(-i * 10))] };

        foreach (var kind in new[] { "call", "renewal", "rest", "chat" })
        {
            Assert.Equal("held back 10", Said(Decide(Ask(kind, "b"), history), null));
        }
    }

    private static AskDecision Decide(ConsentAsk ask, AskHistory history, string? granted = null) =>
        AskRules.Decide(ask, granted is null ? history : history with { Grant = Grant(granted, Now.AddDays(-1)) }, Own, Options, Now, patient: true);

    private static ConsentAsk Ask(string kind, string scopes) => new(Some.User, ScopeSet.Parse(scopes), Words.Origin(kind));

    private static UserGrant Grant(string scopes, DateTimeOffset at) =>
        new() { AppId = Some.AppId, OpenId = Some.User.OpenId, Status = GrantStatus.Active, Scopes = ScopeSet.Parse(scopes), GrantedAt = at };

    private static string Said(AskDecision decision, AuthorizationSession? session) => decision switch
    {
        AskDecision.HoldBack held => $"held back {held.RetryAfter.TotalSeconds}",
        AskDecision.Ask { CardOf: null } => "own card",
        AskDecision.Ask asked when asked.CardOf == session => "its card",
        _ => decision.ToString(),
    };

    private static AuthorizationSession? Session(string state, SessionOrigin origin = SessionOrigin.Call, string scopes = "a own", int age = 60, string? messageId = "om_1") => state == "none" ? null : new()
    {
        SessionId = state,
        AppId = Some.AppId,
        OpenId = Some.User.OpenId,
        Flow = SessionFlow.Redirect,
        Origin = origin,
        Scopes = ScopeSet.Parse(scopes),
        State = state switch
        {
            "pending" or "opened" => SessionState.Pending,
            "expired without card" => SessionState.Expired,
            _ => Words.State(state),
        },
        OpenedAt = state == "opened" ? Now.AddSeconds(-60) : null,
        MessageId = state == "expired without card" ? null : messageId,
        CreatedAt = Now.AddSeconds(-age),
        ExpiresAt = Now.AddSeconds(540),
        CompletedAt = state is "pending" or "opened" ? null : Now.AddSeconds(-30),
    };
}
