using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.Data.Audit;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Authorization;

public sealed class ConsentCompletionTests : IDisposable
{
    private static readonly TokenResponse Issued = new(new Secret("access-1"), TimeSpan.FromHours(2), new Secret("refresh-1"), TimeSpan.FromDays(7), ScopeSet.Of("auth:user.id:read"));
    private readonly Scene _scene = new();

    [Fact]
    public async Task When_the_right_person_agreed_grant_session_and_follow_ups_are_there_together()
    {
        var session = await _scene.SessionAsync();
        _scene.Clock.AdvanceSeconds(42);

        Assert.Equal(CompletionOutcome.Authorized, await CompleteAsync(session));
        var grant = (await _scene.StoredAsync())!;
        Assert.Equal((GrantStatus.Active, "access-1", "San Zhang"), (grant.Status, _scene.Grants.AccessToken(grant)!.Reveal(), grant.EnName));
        Assert.Equal(ScopeSet.Of("auth:user.id:read"), grant.Scopes); // what was granted, not what was asked for
        Assert.Equal(SessionState.Authorized, (await _scene.SessionAsync(session.SessionId)).State);
        Assert.Equal([SessionTopics.Changed, SessionTopics.Finished], await _scene.FollowUpsAsync());
        Assert.Equal(42, _scene.Meters.Sum("lark_service.auth.duration"));
    }

    [Fact]
    public async Task Who_agreed_who_declined_and_who_was_the_wrong_person_stands_in_the_audit_log()
    {
        var (agreed, declined, wrong) = (await _scene.SessionAsync(), await _scene.SessionAsync(scopes: "a"), await _scene.SessionAsync(user: Some.OtherUser));

        await _scene.Completion.CompleteAsync(agreed, Issued with { LogId = "log-1" }, default);
        await _scene.Completion.EndAsync(declined, SessionState.Declined, null, default);
        await CompleteAsync(wrong);
        await _scene.Completion.EndAsync(wrong, SessionState.Expired, null, default); // nobody's act

        var rows = await _scene.Database.RunAsync(db => db.Set<AuditRow>().OrderBy(r => r.Number).ToListAsync());
        Assert.All(rows, r => Assert.Equal(("user", AuditActions.Consent, Some.AppId), (r.Actor, r.Action, r.AppId)));
        Assert.Equal(
            [
                (Some.User.OpenId, "authorized", "log-1", $"session {agreed.SessionId}; granted: auth:user.id:read"),
                (Some.User.OpenId, "declined", null, $"session {declined.SessionId}; asked for: a"),
                (Some.OtherUser.OpenId, "wrong_person", null, $"session {wrong.SessionId}; agreed by {Some.User.OpenId}; nothing was stored"),
            ],
            rows.Select(r => (r.OpenId!, r.Result, r.LogId, r.Detail!)));
    }

    [Fact]
    public async Task Somebody_elses_consent_stores_nothing_and_gives_the_right_person_a_new_link()
    {
        var session = await _scene.SessionAsync(user: Some.OtherUser);
        var before = _scene.Links.Page(session);

        Assert.Equal(CompletionOutcome.WrongPerson, await CompleteAsync(session));
        Assert.Null(await _scene.StoredAsync(Some.OtherUser));
        Assert.Null(await _scene.StoredAsync(Some.User));
        var after = await _scene.SessionAsync(session.SessionId);
        Assert.Equal((SessionState.Pending, 1), (after.State, after.WrongPersonCount));
        Assert.NotEqual(before, _scene.Links.Page(after));
        Assert.Equal([SessionTopics.Changed], await _scene.FollowUpsAsync());
    }

    [Fact]
    public async Task A_passing_fault_while_we_ask_whose_the_tokens_are_costs_nobody_their_consent()
    {
        _scene.Platform.Answer(OpenPlatform.UserInfo, OpenPlatform.Refusal(20050, 500), OpenPlatform.Recorded("oauth-user-info"));
        var session = await _scene.SessionAsync();

        var completing = CompleteAsync(session);
        await _scene.Clock.SomeoneWaitsForAsync(0.5);
        _scene.Clock.AdvanceSeconds(0.5);

        Assert.Equal(CompletionOutcome.Authorized, await completing.Soon());
    }

    [Fact]
    public async Task Whoever_agreed_in_somebody_elses_place_is_told_and_their_tokens_are_given_back()
    {
        await CompleteAsync(await _scene.SessionAsync(user: Some.OtherUser));

        var told = Assert.Single(_scene.Platform.To(OpenPlatform.Messages));
        Assert.Equal(Some.User.OpenId, (string?)told.Json["receive_id"]);
        Assert.Contains("somebody else", told.Body, StringComparison.Ordinal);
        Assert.Equal(["refresh-1", "access-1"], _scene.Platform.To(OpenPlatform.Revoke).Select(c => c.Form["token"]));
    }

    [Fact]
    public async Task The_fifth_wrong_person_ends_the_session()
    {
        var session = await _scene.SessionAsync(user: Some.OtherUser);
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(SessionState.Pending, session.State);
            await CompleteAsync(session);
            session = await _scene.SessionAsync(session.SessionId);
        }

        Assert.Equal((SessionState.Failed, SessionErrors.WrongPerson), (session.State, session.ErrorCode));
        Assert.Equal(5, _scene.Platform.To(OpenPlatform.Messages).Count);
    }

    [Fact]
    public async Task A_wrong_person_who_cannot_be_told_changes_nothing()
    {
        _scene.Platform.Breaks(OpenPlatform.Messages);
        _scene.Platform.Breaks(OpenPlatform.Revoke);

        Assert.Equal(CompletionOutcome.WrongPerson, await CompleteAsync(await _scene.SessionAsync(user: Some.OtherUser)));
    }

    [Fact]
    public async Task A_consent_that_comes_after_the_end_stores_nothing_and_gives_the_tokens_back()
    {
        var session = await _scene.SessionAsync();
        await _scene.Completion.EndAsync(session, SessionState.Declined, null, default);

        Assert.Equal(CompletionOutcome.TooLate, await CompleteAsync(session));
        Assert.Null(await _scene.StoredAsync());
        Assert.Equal(SessionState.Declined, (await _scene.SessionAsync(session.SessionId)).State);
        Assert.Equal(2, _scene.Platform.To(OpenPlatform.Revoke).Count);
    }

    [Fact]
    public async Task Ending_a_session_is_counted_once()
    {
        var session = await _scene.SessionAsync();
        await _scene.Completion.EndAsync(session, SessionState.Expired, null, default);
        await _scene.Completion.EndAsync(session, SessionState.Declined, null, default);

        Assert.Equal(1, _scene.Meters.Sum("lark_service.auth.session"));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.auth.session", ("outcome", "expired"), ("flow", "redirect")));
    }

    [Fact]
    public async Task A_fresh_grant_is_what_the_next_call_gets_at_once()
    {
        await _scene.GrantAsync("access-old");
        await _scene.Tokens.GetAsync(Some.User, ScopeSet.Empty, default);
        await CompleteAsync(await _scene.SessionAsync());

        Assert.Equal("access-1", Assert.IsType<TokenOutcome.Issued>(await _scene.Tokens.GetAsync(Some.User, ScopeSet.Empty, default)).Token.Value.Reveal());
    }

    public void Dispose() => _scene.Dispose();

    private Task<CompletionOutcome> CompleteAsync(AuthorizationSession session) => _scene.Completion.CompleteAsync(session, Issued, default);
}
