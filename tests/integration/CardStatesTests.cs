using System.Net;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Security;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>Every way an authorization can end, on the card that asked.</summary>
public sealed class CardStatesTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Theory]
    [BothFlows]
    public async Task Declining_turns_the_card_and_ends_the_waiting_question_with_a_kind_word(Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Flow = flow });
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();

        var seen = await ava.PressAsync(card, Person.Decline);

        Assert.Contains("Declined", seen.Toast!.Content, StringComparison.Ordinal);
        await card.TurnsAsync("grey");
        Assert.Contains("You declined", card.Text(), StringComparison.Ordinal);
        await ava.ReplyAsync(question, "without your consent");
        Assert.Equal(0, scene.Runs);

        // And who changes their mind gets a new link on the same card
        Assert.Null((await ava.PressAsync(card, Person.Renew)).Error);
        await card.TurnsAsync("blue");
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
    }

    [Theory]
    [EnginesAndFlows]
    public async Task Refusing_on_the_page_is_declining(Engine engine, Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = flow });
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();
        using var browser = new Browser(ava.OpenId);

        var page = await browser.RefuseAsync(await ava.OpenAsync(card));

        Assert.Equal(flow == Flow.Redirect ? "declined" : null, page.Result);
        await card.TurnsAsync("grey");
        Assert.Contains("You declined", card.Text(), StringComparison.Ordinal);
        await ava.ReplyAsync(question, "without your consent");
    }

    [Theory]
    [BothFlows]
    public async Task An_expired_card_offers_a_new_link_which_works_in_place(Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Flow = flow });
        var ava = scene.Ava;
        var question = ava.Write("Hello?");
        var card = await ava.AskedAsync();
        var link = card.Link();

        scene.Clock.Advance(TimeSpan.FromMinutes(11));
        await card.TurnsAsync("grey");
        Assert.Contains("The link has expired", card.Text(), StringComparison.Ordinal);
        await ava.ReplyAsync(question, "has run out");
        using (var browser = new Browser(ava.OpenId))
        {
            var late = await browser.AllowAsync(link);
            Assert.Equal(flow == Flow.Redirect ? "unknownlink" : null, late.Result);
        }

        Assert.Null((await ava.PressAsync(card, Person.Renew)).Error);
        await card.TurnsAsync("blue");
        Assert.NotEqual(link, card.Link());
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        Assert.Single(ava.AuthorizationCards);
        Assert.Equal(1, await scene.Database.CountAsync("user_grants"));
    }

    [Theory]
    [BothFlows]
    public async Task A_click_by_somebody_else_gets_a_toast_and_changes_nothing(Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Flow = flow });
        var (ava, mei) = (scene.Ava, scene.Mei);
        await scene.Api.AskAsync(ava);
        var card = await ava.AskedAsync();
        var before = card.Card!.ToJsonString();

        foreach (var action in (string[])[Person.Authorize, Person.Decline])
        {
            var toast = JsonNode.Parse(await scene.PushClickAsync(mei, card.Button(action)!, card))!;
            Assert.Contains("for somebody else", toast["toast"]!["content"]!.ToString(), StringComparison.Ordinal);
            Assert.Null(toast["card"]);
        }

        Assert.Equal(before, card.Card!.ToJsonString());
        Assert.Equal(1, await scene.Database.CountAsync("authorization_sessions", "state = 'pending' AND opened_at IS NULL"));
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
    }

    [Fact]
    public async Task A_wider_request_takes_the_place_of_a_smaller_one_and_the_waiting_question_goes_with_it()
    {
        var (scene, ava) = (service.Scene, service.Somebody());
        var question = ava.Write("Hello?");
        var small = await ava.AskedAsync();

        var link = small.Link();
        var wide = (await scene.Api.AskAsync(ava, [.. Scene.AiScopes, "contact:user.email:readonly"])).Must(HttpStatusCode.Created);

        // On the card of the smaller one, whose link leads nowhere any more
        Assert.Equal(small.MessageId, wide["messageId"]);
        await Eventually.TrueAsync("the card asking for more", () => small.Link() != link);
        using (var browser = new Browser(ava.OpenId))
        {
            Assert.Equal("unknownlink", (await browser.AllowAsync(link)).Result);
        }

        await ava.AgreeAsync(small);
        await small.TurnsAsync("green");
        await ava.AnswerAsync(question);
        Assert.Single(ava.AuthorizationCards);
        Assert.Equal("authorized", await scene.SessionStateAsync(wide["sessionId"]!));
        Assert.Contains("superseded", (await scene.Database.RowsAsync($"SELECT state FROM authorization_sessions WHERE open_id = '{ava.OpenId}'")).Select(r => r[0]));
    }

    [Fact]
    public async Task A_final_state_stays_final()
    {
        var (scene, ava) = (service.Scene, service.Somebody());
        var asked = (await scene.Api.AskAsync(ava)).Must(HttpStatusCode.Created);
        var card = await ava.AskedAsync();
        var (open, link) = (card.Button(Person.Authorize)!, card.Link());
        await ava.PressAsync(card, Person.Decline);
        await card.TurnsAsync("grey");

        // The buttons and the link of the old card, pressed all the same
        Assert.Contains("is over", await scene.PushClickAsync(ava, open, card), StringComparison.Ordinal);
        using var browser = new Browser(ava.OpenId);
        Assert.Equal("unknownlink", (await browser.AllowAsync(link)).Result);

        Assert.Equal("declined", await scene.SessionStateAsync(asked["sessionId"]!));
        Assert.Equal(0, await scene.Database.CountAsync("user_grants", $"open_id = '{ava.OpenId}'"));
    }

    [Fact]
    public async Task In_a_group_only_the_person_who_asked_sees_the_card()
    {
        var (scene, ava) = (service.Scene, service.Somebody());
        var question = scene.Platform.SendText(ava.OpenId, "Hello?", inGroup: true).Message;
        var card = await ava.AskedAsync();

        Assert.Equal(ava.OpenId, card.OnlyVisibleTo ?? (card.ChatId == question.ChatId ? null : ava.OpenId));
        await ava.AgreeAsync(card);
        await Eventually.TrueAsync("the answer in the group", () => scene.Platform.Messages.Any(m => m.ReplyTo == question.MessageId && Person.IsAnswer(m)));
        Assert.DoesNotContain(scene.Platform.Messages, m => m.ChatId == question.ChatId && m.OnlyVisibleTo is null && m.Button(Person.Authorize) is not null);
    }
}
