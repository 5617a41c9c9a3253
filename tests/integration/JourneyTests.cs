using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>The main flow, with the real binary as a process of its own.</summary>
public sealed class JourneyTests
{
    private static readonly TimeSpan MachineTime = TimeSpan.FromSeconds(15);

    [Theory]
    [EnginesAndFlows]
    public async Task A_question_leads_over_one_card_and_one_consent_to_its_answer(Engine engine, Flow flow)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = flow, OwnProcess = true });
        var ava = scene.Ava;

        // When somebody asks for the first time
        var started = TimeProvider.System.GetTimestamp();
        var question = ava.Write("What is a grant? Please say it in one sentence.");

        // Then a card asks for consent, nothing was done yet, and agreeing turns that very card green
        var card = await ava.AskedAsync();
        Assert.Equal(0, scene.Runs);
        var page = await ava.AgreeAsync(card);
        Assert.Equal(flow == Flow.Redirect ? "authorized" : null, page.Result);
        await card.TurnsAsync("green");
        Assert.Contains("Ava Stone", card.Text(), StringComparison.Ordinal);

        // And the question that waited is answered on a card that first said it was thinking
        var answer = await ava.AnswerAsync(question);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < MachineTime);
        Assert.Contains("Thinking", Cards.Text(answer.Versions[0].Card), StringComparison.Ordinal);
        Assert.Equal(1, scene.Runs);
        Assert.Equal([card.MessageId, answer.MessageId], ava.Inbox.Select(m => m.MessageId));

        // A second question is answered without asking again
        var second = ava.Write("And what is a scope?");
        await ava.AnswerAsync(second);
        Assert.Single(ava.AuthorizationCards);

        // Somebody else is asked for their own consent
        scene.Mei.Write("May I, too?");
        await scene.Mei.AskedAsync();
        Assert.Single(ava.AuthorizationCards);
        Assert.Equal(1, await scene.Database.CountAsync("user_grants"));
        await Leaks.NoneAsync(scene);
    }
}
