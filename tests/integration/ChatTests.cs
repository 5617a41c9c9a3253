using LarkService.IntegrationTests.Security;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>What the bot understands besides questions, and what it cannot take.</summary>
public sealed class ChatTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Fact]
    public async Task Help_names_every_command()
    {
        var person = service.Somebody();
        var card = await person.ReplyAsync(person.Write("/help"), "What I can do");

        foreach (var command in (string[])["/help", "/auth", "/revoke"])
        {
            Assert.Contains(command, card.Text(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Auth_shows_what_is_granted_and_leads_to_it_when_nothing_is()
    {
        var (scene, ava) = (service.Scene, service.Somebody());

        // Without a grant its button asks
        ava.Write("/auth");
        var without = await ava.CardAsync("the state of things", m => m.Text().Contains("not authorized anything yet", StringComparison.Ordinal));
        Assert.Null((await ava.PressAsync(without, Person.AskAgain)).Error);
        await ava.AgreeAsync(await ava.AskedAsync());
        await Eventually.TrueAsync("the grant", async () => await scene.GrantStatusAsync(ava) == "active");

        // With one it lists it, and its button takes it back
        ava.Write("/auth");
        var with = await ava.CardAsync("the grant", m => m.Color() == "green" && m.Button(Person.Revoke) is not null);
        Assert.Contains("See your user ID", with.Text(), StringComparison.Ordinal);
        Assert.Null((await ava.PressAsync(with, Person.Revoke)).Error);
        await ava.CardAsync("the news of the revocation", m => m.Text().Contains("You took your authorization back", StringComparison.Ordinal));
        Assert.Equal("revoked", await scene.GrantStatusAsync(ava));
    }

    [Fact]
    public async Task Revoke_takes_the_grant_back_here_and_on_the_platform_and_the_next_question_asks_again()
    {
        var (scene, ava) = (service.Scene, service.Somebody());
        ava.Write("/revoke");
        await ava.CardAsync("nothing to revoke", m => m.Text().Contains("nothing to take back", StringComparison.Ordinal));
        await scene.GrantAsync(ava, Scene.AiScopes);

        ava.Write("/revoke");
        await ava.CardAsync("the news of the revocation", m => m.Text().Contains("You took your authorization back", StringComparison.Ordinal));
        await Eventually.TrueAsync("the platform knowing it", () => !scene.Platform.Tokens.GrantOf(ava.OpenId).HasGrant);
        Assert.Equal("revoked", await scene.GrantStatusAsync(ava));

        var question = ava.Write("Hello?");
        await ava.AgreeAsync(await ava.AskedAsync());
        await ava.AnswerAsync(question);
    }

    [Fact]
    public async Task Only_the_person_themselves_can_use_the_buttons_of_their_card()
    {
        var (scene, ava) = (service.Scene, service.Somebody());
        await scene.GrantAsync(ava);
        ava.Write("/auth");
        var card = await ava.CardAsync("the grant", m => m.Button(Person.Revoke) is not null);

        Assert.Contains("for somebody else", await scene.PushClickAsync(service.Somebody(), card.Button(Person.Revoke)!, card), StringComparison.Ordinal);

        Assert.Equal("active", await scene.GrantStatusAsync(ava));
    }

    [Fact]
    public async Task What_cannot_be_a_question_gets_a_friendly_answer()
    {
        var (scene, ava) = (service.Scene, service.Somebody());

        var runs = scene.Runs;
        await ava.ReplyAsync(ava.Write("   \u200b \n\t "), "holds no text");
        await ava.ReplyAsync(ava.Write("/frobnicate now"), "I do not know");
        await ava.ReplyAsync(ava.Write(new string('x', 149 * 1024)), "That is a lot of text");
        Assert.Empty(ava.AuthorizationCards);
        Assert.Equal(runs, scene.Runs);
    }

    [Fact]
    public async Task A_question_as_long_as_chat_takes_in_Chinese_waits_for_consent_and_is_answered()
    {
        var person = service.Somebody();
        var question = person.Write(string.Concat(Enumerable.Repeat("世界", 24 * 1024)) + "？");

        await person.AgreeAsync(await person.AskedAsync());
        await person.AnswerAsync(question);
    }

    [Fact]
    public async Task A_question_full_of_markup_is_answered()
    {
        var person = service.Somebody();
        await service.Scene.GrantAsync(person, Scene.AiScopes);

        var answer = await person.AnswerAsync(person.Write("<at id=all></at> **bold** `code` ![x](y) [a](javascript:alert(1)) \" \\ 🙂"));

        Assert.DoesNotContain("<at", answer.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_asked_at_once_are_each_answered_once()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, Engine = Engine.Postgres });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);

        var questions = Enumerable.Range(1, 3).Select(i => scene.Ava.Write($"Question number {i}?")).ToList();
        foreach (var question in questions)
        {
            await scene.Ava.AnswerAsync(question);
        }

        Assert.All(questions, q => Assert.Single(scene.Ava.Replies(q)));
        Assert.Equal(3, scene.Runs);
    }
}
