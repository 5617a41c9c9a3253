using System.Net;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.IntegrationTests.Security;

/// <summary>Somebody chooses the state, or uses one that should be worth nothing any more.</summary>
public sealed class StateFixationTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Fact]
    public async Task A_state_of_the_attackers_choice_on_a_real_page_leads_nowhere()
    {
        // Given our own link with another state in it, on which the victim agrees
        var victim = service.Somebody();
        var asked = await service.AskAsync(victim);
        var query = QueryHelpers.ParseQuery(asked.Card.Link().Query).ToDictionary(q => q.Key, q => (string?)q.Value.ToString());
        query["state"] = "chosen-by-somebody-who-wants-to-know-it-beforehand";
        var forged = new Uri(QueryHelpers.AddQueryString(asked.Card.Link().GetLeftPart(UriPartial.Path), query));

        await service.MustChangeNothingAsync(async () =>
        {
            using var browser = new Browser(victim.OpenId);
            var page = await browser.AllowAsync(forged);
            Assert.Equal((HttpStatusCode.BadRequest, "unknownlink"), (page.Status, page.Result));
        });
        Assert.Equal("authorized", (await victim.AgreeAsync(asked.Card)).Result);
    }

    [Fact]
    public async Task A_state_that_was_used_works_for_nobody_and_never_again()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        var state = asked.State;
        Assert.Equal("authorized", (await person.AgreeAsync(asked.Card)).Result);
        await asked.Card.TurnsAsync("green");

        await service.MustChangeNothingAsync(async () =>
        {
            Assert.Equal("unknownlink", (await service.ComeBackAsync(("code", "another"), ("state", state))).Result);
            Assert.Equal("unknownlink", (await service.ComeBackAsync(("error", "access_denied"), ("state", state))).Result);
        });
    }

    [Fact]
    public async Task The_state_of_a_link_that_was_replaced_works_no_more()
    {
        // Given a card whose first link somebody else used
        var (person, other) = (service.Somebody(), service.Somebody());
        var asked = await service.AskAsync(person);
        var old = asked.Card.Link();
        using var browser = new Browser(other.OpenId);
        Assert.Equal("wrongperson", (await browser.AllowAsync(old)).Result);
        await Eventually.TrueAsync("a fresh link", () => asked.Card.Link() != old);

        // When the right person agrees on the old page
        using var late = new Browser(person.OpenId);
        Assert.Equal("unknownlink", (await late.AllowAsync(old)).Result);

        // Then only the fresh one counts
        Assert.Equal("pending", await service.Scene.SessionStateAsync(asked.SessionId));
        Assert.Equal("authorized", (await person.AgreeAsync(asked.Card)).Result);
    }

    [Fact]
    public async Task States_are_long_random_and_never_the_same_and_only_their_hash_is_stored()
    {
        List<string> states = [];
        for (var i = 0; i < 3; i++)
        {
            states.Add((await service.AskAsync(service.Somebody())).State);
        }

        Assert.All(states, s => Assert.Matches("^[A-Za-z0-9_-]{43}$", s)); // 256 bits
        Assert.Equal(states.Count, states.Distinct().Count());
        var stored = string.Join('\n', (await service.Scene.Database.EverythingAsync()).Select(e => e.Content));
        Assert.All(states, s => Assert.DoesNotContain(s, stored, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_state_dies_with_its_session()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        var (link, code) = (asked.Card.Link(), await RedirectService.CodeAsync(person, asked.Card.Link()));
        var state = QueryHelpers.ParseQuery(link.Query)["state"].ToString();
        await service.Scene.Database.ExecuteAsync($"UPDATE authorization_sessions SET expires_at = created_at WHERE session_id = '{asked.SessionId}'");

        var page = await service.ComeBackAsync(("code", code), ("state", state));

        Assert.Contains(page.Result, (string?[])["expired", "unknownlink"]); // whether or not it was swept away by then
        Assert.Equal(0, await service.Scene.Database.CountAsync("user_grants", $"open_id = '{person.OpenId}'"));
        await asked.Card.TurnsAsync("grey", TimeSpan.FromSeconds(20));
    }
}
