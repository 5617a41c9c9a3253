using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.Grants;
using LarkService.Grants.OAuth;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>Consents that go through although the app's set-up is wrong.</summary>
public sealed class SetupFaultTests : IDisposable
{
    private readonly Scene _scene = new();

    [Theory]
    [InlineData("auth:user.id:read offline_access", "auth:user.id:read offline_access", "refresh user_access_token")]
    [InlineData("auth:user.id:read offline_access", "auth:user.id:read", "Enable the scope offline_access")]
    [InlineData("auth:user.id:read", "auth:user.id:read", null)] // nobody asked for it
    public async Task A_consent_without_a_refresh_token_counts_and_the_operators_learn_which_switch_to_turn(string asked, string granted, string? words)
    {
        var session = await _scene.SessionAsync(scopes: asked);
        var issued = new TokenResponse(new Secret("access-1"), TimeSpan.FromHours(2), null, null, ScopeSet.Parse(granted));

        Assert.Equal(CompletionOutcome.Authorized, await _scene.Completion.CompleteAsync(session, issued, default));

        Assert.Equal(GrantStatus.Active, (await _scene.StoredAsync())!.Status);
        Assert.Equal(words is null ? 0 : 1, _scene.Alerts.Told.Count);
        Assert.All(_scene.Alerts.Told, told => Assert.Contains(words!, told.Words.En, StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_nobody_comes_back_from_the_page_the_operators_learn_what_it_may_show_and_one_answer_shows_that_it_works()
    {
        await ExpireAsync("ou_a");
        await ExpireAsync("ou_b");
        await ExpireAsync("ou_b"); // the same person again says nothing new
        await ExpireAsync("ou_c", opened: false);
        await _scene.Completion.EndAsync(await OpenedAsync("ou_d"), SessionState.Declined, null, default);
        await ExpireAsync("ou_a");
        await ExpireAsync("ou_b");
        Assert.Empty(_scene.Alerts.Told);

        await ExpireAsync("ou_c");
        await ExpireAsync("ou_d");
        var told = Assert.Single(_scene.Alerts.Told);
        Assert.Contains("20027", told.Words.En, StringComparison.Ordinal);
        Assert.Contains("offline_access", told.Words.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_comes_back_too_late_shows_that_the_page_works()
    {
        await ExpireAsync("ou_a");
        await ExpireAsync("ou_b");
        await _scene.Completion.EndAsync(await OpenedAsync("ou_c"), SessionState.Expired, null, default);
        Assert.Empty(_scene.Alerts.Told);
    }

    private async Task ExpireAsync(string person, bool opened = true)
    {
        _ = opened ? await OpenedAsync(person) : await _scene.SessionAsync(user: new(Some.AppId, person));
        _scene.Clock.Advance(TimeSpan.FromMinutes(11));
        await _scene.Expiry.EndSomeAsync(default);
    }

    private async Task<AuthorizationSession> OpenedAsync(string person)
    {
        var session = await _scene.SessionAsync(user: new(Some.AppId, person));
        session.OpenedAt = _scene.Clock.GetUtcNow();
        await _scene.Sessions.ChangeAsync(session, u => u.SetProperty(s => s.OpenedAt, session.OpenedAt), showOnCard: false, default);
        return session;
    }

    public void Dispose() => _scene.Dispose();
}
