using System.Net;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Consent;

/// <summary>Where a session's card is, and what becomes of it when it can no longer be changed.</summary>
public sealed class CardPlaceTests
{
    private const string Email = "contact:user.email:readonly";

    [Fact]
    public async Task In_a_group_a_wider_request_replaces_the_card_that_one_person_sees()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var ava = scene.Ava;
        var question = scene.Platform.SendText(ava.OpenId, "Hello?", inGroup: true).Message;
        var small = await ava.AskedAsync();
        Assert.Equal((ava.OpenId, question.ChatId), (small.OnlyVisibleTo, small.ChatId));

        (await scene.Api.AskAsync(ava, [.. Scene.AiScopes, Email])).Must(HttpStatusCode.Created);
        var wide = await Eventually.FindAsync("the wider card", () => ava.Inbox.LastOrDefault(m => m.MessageId != small.MessageId && m.Button(Person.Authorize) is not null));
        Assert.Equal((ava.OpenId, question.ChatId, true), (wide.OnlyVisibleTo, wide.ChatId, small.Deleted));

        await ava.AgreeAsync(wide);
        var done = await Eventually.FindAsync("the card that says so", () => ava.Inbox.LastOrDefault(m => !m.Deleted && m.Color() == "green"));
        Assert.Equal(ava.OpenId, done.OnlyVisibleTo);
        await Eventually.TrueAsync("the answer", () => scene.Platform.Messages.Any(m => m.ReplyTo == question.MessageId && Person.IsAnswer(m)));
        Assert.DoesNotContain(scene.Platform.Messages, m => m.ChatId == question.ChatId && m.OnlyVisibleTo is null && m.Button(Person.Authorize) is not null);
    }

    [Fact]
    public async Task A_new_card_takes_the_place_of_one_that_was_recalled()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var ava = scene.Ava;
        await scene.Api.AskAsync(ava, Email);
        var card = await ava.AskedAsync();
        scene.InsidePlatform<MessageStore>().Remove(card);

        scene.Clock.Advance(TimeSpan.FromMinutes(10));
        var next = await ava.CardAsync("a card that explains", m => m.MessageId != card.MessageId && m.Button(Person.Renew) is not null);

        // It is the session's card from now on
        await ava.PressAsync(next, Person.Renew);
        await next.TurnsAsync("blue");
        await ava.AgreeAsync(next);
        await next.TurnsAsync("green");
        Assert.Equal(2, ava.Inbox.Count);
    }

    [Fact]
    public async Task A_change_that_fails_is_tried_again_until_it_is_there()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var ava = scene.Ava;
        await scene.Api.AskAsync(ava, Email);
        var card = await ava.AskedAsync();
        scene.Platform.Faults.Board.FailNext($"/open-apis/im/v1/messages/{card.MessageId}", 400, """{"code":230020,"msg":"too frequent"}""", times: 2);

        await ava.PressAsync(card, Person.Decline);

        await card.TurnsAsync("grey", TimeSpan.FromSeconds(30));
        Assert.False(scene.Platform.Faults.Board.IsPlanned($"/open-apis/im/v1/messages/{card.MessageId}"));
        Assert.Single(ava.Inbox);
    }

    [Fact]
    public async Task A_process_that_dies_between_taking_a_card_over_and_changing_it_leaves_no_dead_card()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, OwnProcess = true });
        var ava = scene.Ava;
        await scene.Api.AskAsync(ava, Email);
        var card = await ava.AskedAsync();
        var path = $"/open-apis/im/v1/messages/{card.MessageId}";
        scene.Platform.Faults.Board.DelayNext(path, TimeSpan.FromSeconds(20));

        var wide = (await scene.Api.AskAsync(ava, Email, "contact:user.phone:readonly")).Must(HttpStatusCode.Created);
        await Eventually.TrueAsync("the change being on its way", () => !scene.Platform.Faults.Board.IsPlanned(path));
        await scene.KillAsync();
        Assert.DoesNotContain(wide["sessionId"]!, card.Card!.ToJsonString(), StringComparison.Ordinal);

        await scene.StartServiceAsync();
        await Eventually.TrueAsync("the card asking for more", () => card.Card!.ToJsonString().Contains(wide["sessionId"]!, StringComparison.Ordinal), TimeSpan.FromSeconds(90));
        await ava.AgreeAsync(card);
        await card.TurnsAsync("green");
        Assert.Single(ava.AuthorizationCards);
    }
}
