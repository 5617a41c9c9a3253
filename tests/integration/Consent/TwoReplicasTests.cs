using System.Net;
using LarkService.Authorization;
using LarkService.IntegrationTests.Support;
using LarkService.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Consent;

/// <summary>Two replicas that ask the same person at the same time.</summary>
public sealed class TwoReplicasTests
{
    private const string Read = "contact:user.email:readonly";
    private const string Phone = "contact:user.phone:readonly";

    [Fact]
    public async Task Of_twenty_wishes_at_both_at_once_exactly_five_get_through()
    {
        await using var two = await TwoReplicas.StartAsync();
        var ava = two.Scene.Ava;

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => two.Apis[i % 2].AskAsync(ava, $"test:thing{i}:read"))));

        Assert.Equal((5, 15), (answers.Count(a => a.Status == HttpStatusCode.Created), answers.Count(a => a.Status == HttpStatusCode.TooManyRequests)));
        Assert.Equal(5, await two.Scene.Database.CountAsync("authorization_sessions"));
        Assert.Equal(5, ava.AuthorizationCards.Count);
        Assert.All(answers.Where(a => a.Status == HttpStatusCode.TooManyRequests), a => Assert.InRange(a.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Of_forty_sessions_at_the_door_at_the_same_moment_five_come_in()
    {
        // Past the turns each process takes by itself, so that only the lock in the database keeps order
        await using var two = await TwoReplicas.StartAsync();
        var user = new UserKey(two.Scene.Options.Sandbox.AppId, two.Scene.Ava.OpenId);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var admissions = Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            var inside = two.Insides[i % 2];
            var ask = new ConsentAsk(user, ScopeSet.Of($"test:thing{i}:read"), SessionOrigin.Rest);
            var session = Session(ask, inside.GetRequiredService<LarkApps>().Default.Scopes, two.Scene.Clock.GetUtcNow());
            await start.Task;
            return await inside.GetRequiredService<SessionAdmission>().AdmitAsync(ask, session, patient: false, CancellationToken.None);
        })).ToList();
        start.SetResult();

        var all = await Task.WhenAll(admissions);
        Assert.Equal((5, 35), (all.Count(a => a.Stored), all.Count(a => a.Decision is AskDecision.HoldBack)));
        Assert.Equal(5, await two.Scene.Database.CountAsync("authorization_sessions"));
    }

    [Fact]
    public async Task The_same_wish_at_both_at_once_is_one_session_and_one_card()
    {
        await using var two = await TwoReplicas.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => two.Apis[i % 2].AskAsync(two.Scene.Ava, Read))));

        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.Created or HttpStatusCode.OK, a.Text));
        Assert.Single(answers.Select(a => a["sessionId"]).Distinct());
        Assert.Single(two.Scene.Ava.AuthorizationCards);
    }

    [Fact]
    public async Task Calls_at_both_at_once_that_need_different_scopes_share_one_card_that_asks_for_all()
    {
        await using var two = await TwoReplicas.StartAsync();
        var (scene, ava) = (two.Scene, two.Scene.Ava);

        var answers = await Task.WhenAll(new[] { Read, Phone }.Select((scope, i) => Task.Run(() => two.Apis[i].GetAsync($"/api/v1/grants/{ava.OpenId}/token?scopes={Uri.EscapeDataString(scope)}"))));

        Assert.All(answers, a => Assert.NotNull(a.MustBeProblem(HttpStatusCode.Forbidden, "authorization-required")["sessionId"]));
        var pending = Assert.Single(await scene.Database.RowsAsync("SELECT session_id, scopes FROM authorization_sessions WHERE state = 'pending'"));
        Assert.Contains(Read, (string)pending[1]!, StringComparison.Ordinal);
        Assert.Contains(Phone, (string)pending[1]!, StringComparison.Ordinal);
        var card = Assert.Single(ava.AuthorizationCards);
        await Eventually.TrueAsync("the card asking for both", () => card.Button(Person.Authorize)?["session"]?.ToString() == (string)pending[0]!);
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
    }

    [Fact]
    public async Task A_click_that_arrives_at_both_has_one_outcome()
    {
        await using var two = await TwoReplicas.StartAsync();
        var (scene, ava) = (two.Scene, two.Scene.Ava);
        await scene.Api.AskAsync(ava);
        var card = await ava.AskedAsync();

        var said = await two.ClickAsync(ava, card, Person.Decline);
        Assert.All(said, s => Assert.Contains("Declined", s, StringComparison.Ordinal));
        await card.TurnsAsync("grey");
        Assert.Equal(1, await scene.Database.CountAsync("audit_log", "action = 'consent'"));

        // A new link at both is one new session, on this card
        await two.ClickAsync(ava, card, Person.Renew);
        await card.TurnsAsync("blue");
        await Eventually.TrueAsync("all follow-ups", async () => await scene.Database.CountAsync("outbox_messages") == 0);
        Assert.Equal(2, await scene.Database.CountAsync("authorization_sessions"));
        Assert.Single(ava.Inbox);
    }

    private static AuthorizationSession Session(ConsentAsk ask, ScopeSet own, DateTimeOffset now) => new()
    {
        SessionId = RandomIds.Create(128),
        AppId = ask.User.AppId,
        OpenId = ask.User.OpenId,
        Flow = SessionFlow.Redirect,
        Origin = ask.Origin,
        State = SessionState.Pending,
        Scopes = own.Union(ask.Scopes),
        PendingKey = AuthorizationSessions.PendingKeyFor(ask.User, own.Union(ask.Scopes)),
        CreatedAt = now,
        ExpiresAt = now.AddMinutes(10),
    };
}
