using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Ai;

/// <summary>Answers in chat that grow on their card.</summary>
public sealed class GrowingCardTests
{
    [Fact]
    public async Task An_answer_grows_on_its_card_and_comes_in_one_piece_where_the_app_lacks_the_scope()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);

        var answer = await scene.Ava.AnswerAsync(scene.Ava.Write("sandbox:slow Summarise: we ship on Friday, tests are green, docs are late."));
        var growing = answer.Versions.Where(v => v.How == "cardkit").ToList();
        Assert.True(growing.Count >= 3, $"{growing.Count} changes");
        Assert.All(growing.SkipLast(1), v => Assert.Equal("true", v.Card["config"]!["streaming_mode"]!.ToString()));
        var texts = growing.SkipLast(1).Select(v => v.Card["body"]!["elements"]![0]!["content"]!.ToString()).ToList();
        Assert.All(texts.Zip(texts.Skip(1)), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(growing.Zip(growing.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At > TimeSpan.FromMilliseconds(150), "More than five changes a second."));

        scene.Platform.AppScopes.Disable("cardkit:card:write");
        var whole = await scene.Ava.AnswerAsync(scene.Ava.Write("And what is late?"));
        Assert.Equal(["sent", "patch"], whole.Versions.Select(v => v.How));
    }

    [Fact]
    public async Task A_card_that_was_growing_when_the_service_stopped_gets_its_answer_from_the_next_process()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect, Engine = Engine.Postgres });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        var question = scene.Ava.Write("sandbox:slow Summarise: we ship on Friday, tests are green, docs are late.");
        await scene.Ava.ReplyAsync(question, "In short");

        await scene.StartServiceAsync();

        var answer = await scene.Ava.AnswerAsync(question);
        Assert.Single(scene.Ava.Replies(question));
        Assert.Equal(1, scene.Runs);
        Assert.Equal("cardkit", answer.Versions[^1].How);
    }
}
