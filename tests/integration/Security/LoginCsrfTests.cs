using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary>Somebody has another person's browser come back with a code of their own, so that it be taken for that person's (RFC 6819 §4.4.1.8).</summary>
public sealed class LoginCsrfTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Fact]
    public async Task The_attackers_code_on_the_victims_state_buys_nothing_and_the_victim_can_still_agree()
    {
        var (attacker, victim) = (service.Somebody(), service.Somebody());
        var (own, theirs) = (await service.AskAsync(attacker), await service.AskAsync(victim));
        var link = theirs.Card.Link();
        var code = await RedirectService.CodeAsync(attacker, own.Card.Link());

        // PKCE: the code belongs to the challenge of the attacker's page
        var page = await service.ComeBackAsync(("code", code), ("state", theirs.State));

        Assert.Equal((HttpStatusCode.Gone, "codespent"), (page.Status, page.Result));
        Assert.Equal(0, await GrantsOfAsync(attacker, victim));
        await Eventually.TrueAsync("a fresh link for the victim", () => theirs.Card.Link() != link);
        Assert.Equal("authorized", (await victim.AgreeAsync(theirs.Card)).Result);
        Assert.Equal(1, await GrantsOfAsync(victim));
        Assert.Equal(0, await GrantsOfAsync(attacker));
    }

    [Fact]
    public async Task The_attackers_own_address_opened_by_the_victim_gives_the_victim_nothing_but_the_attackers_outcome()
    {
        var (attacker, victim) = (service.Somebody(), service.Somebody());
        var (own, theirs) = (await service.AskAsync(attacker), await service.AskAsync(victim));
        using var attackersBrowser = new Browser(attacker.OpenId);
        var back = await attackersBrowser.AllowAndStayAsync(own.Card.Link());

        using var victimsBrowser = new Browser(victim.OpenId);
        var page = await victimsBrowser.OpenAsync(back);

        // The service signs nobody in: what the code says is the attacker's consent, and is stored as that
        Assert.Equal("authorized", page.Result);
        Assert.Equal((1, 0), (await GrantsOfAsync(attacker), await GrantsOfAsync(victim)));
        Assert.Equal("pending", await service.Scene.SessionStateAsync(theirs.SessionId));
        Assert.DoesNotContain(attacker.OpenId, page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_code_without_a_state_of_ours_is_never_sent_anywhere(string? state)
    {
        var attacker = service.Somebody();
        var own = await service.AskAsync(attacker);
        var code = await RedirectService.CodeAsync(attacker, own.Card.Link());
        var calls = service.Scene.Platform.TokenCalls("authorization_code");

        await service.MustChangeNothingAsync(async () =>
        {
            var page = state is null ? await service.ComeBackAsync(("code", code)) : await service.ComeBackAsync(("code", code), ("state", state));
            Assert.Equal((HttpStatusCode.BadRequest, "unknownlink"), (page.Status, page.Result));
        });
        Assert.Equal(calls, service.Scene.Platform.TokenCalls("authorization_code"));
    }

    private async Task<int> GrantsOfAsync(params Person[] people) =>
        (int)await service.Scene.Database.CountAsync("user_grants", $"open_id IN ({string.Join(',', people.Select(p => $"'{p.OpenId}'"))})");
}
