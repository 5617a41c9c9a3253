using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary><c>kill -9</c> at every step of the main flow: what was asked is answered after the restart, once.</summary>
public abstract class RestartTests
{
    /// <summary>On PostgreSQL a dead process's leases have to run out before another takes over.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(60);

    private static SceneOptions Options(Engine engine, Flow flow) => new()
    {
        Engine = engine,
        Flow = flow,
        OwnProcess = true,
        Sandbox = Scene.QuickSandbox with { RunDuration = TimeSpan.FromSeconds(1.5) },
    };

    private static async Task AnsweredOnceAsync(Scene scene, Person person, LarkSandbox.Chat.ChatMessage question)
    {
        await person.AnswerAsync(question, TakeOver);
        await Eventually.TrueAsync("all work being done", async () => await scene.Database.CountAsync("parked_calls", "state <> 'succeeded'") == 0, TakeOver);
        Assert.Single(person.Replies(question));
        Assert.Equal(1, scene.Runs);
    }

    public sealed class BetweenConsentAndAnswer
    {
        [Theory]
        [EnginesAndFlows]
        public async Task The_answer_comes_after_the_restart_and_the_grant_goes_on_serving(Engine engine, Flow flow)
        {
            await using var scene = await Scene.StartAsync(Options(engine, flow));
            var ava = scene.Ava;
            var question = ava.Write("Will this be answered?");
            await ava.AgreeAsync(await ava.AskedAsync());
            await Eventually.TrueAsync("the grant being stored", async () => await scene.Database.CountAsync("user_grants") == 1);

            await scene.KillAsync();
            Assert.DoesNotContain(ava.Replies(question), Person.IsAnswer);
            await scene.StartServiceAsync();
            await AnsweredOnceAsync(scene, ava, question);
            await Assert.Single(ava.AuthorizationCards).TurnsAsync("green", TakeOver);

            // A later restart needs neither a card nor a call for tokens
            await scene.KillAsync();
            await scene.StartServiceAsync();
            var calls = TokenCalls(scene);
            await ava.AnswerAsync(ava.Write("And now?"), TakeOver);
            Assert.Single(ava.AuthorizationCards);
            Assert.Equal(calls, TokenCalls(scene));
            await Leaks.NoneAsync(scene);
        }

        private static int TokenCalls(Scene scene) =>
            scene.Platform.TokenCalls("refresh_token") + scene.Platform.TokenCalls("authorization_code") + scene.Platform.TokenCalls(LarkSandbox.OAuth.TokenApi.DeviceGrant);
    }

    public sealed class BetweenClickAndConsent
    {
        [Theory]
        [EnginesAndFlows]
        public async Task The_consent_given_meanwhile_counts_after_the_restart(Engine engine, Flow flow)
        {
            await using var scene = await Scene.StartAsync(Options(engine, flow));
            var ava = scene.Ava;
            var question = ava.Write("Will this be answered?");
            var card = await ava.AskedAsync();
            var link = await ava.OpenAsync(card);
            await Eventually.TrueAsync("the click being stored", async () => await scene.Database.CountAsync("authorization_sessions", "opened_at IS NOT NULL") == 1);
            await scene.KillAsync();

            // The person agrees while nobody is there
            using var browser = new Browser(ava.OpenId);
            var back = flow == Flow.Redirect ? await browser.AllowAndStayAsync(link) : null;
            if (flow == Flow.Device)
            {
                Assert.Equal(HttpStatusCode.OK, (await browser.AllowAsync(link)).Status);
            }

            await scene.StartServiceAsync();
            if (back is not null)
            {
                Assert.Equal("authorized", (await browser.OpenAsync(back)).Result);
            }

            await card.TurnsAsync("green", TakeOver);
            await AnsweredOnceAsync(scene, ava, question);
            Assert.Single(ava.AuthorizationCards);
        }
    }

    public sealed class WhileThinking
    {
        [Theory]
        [BothEngines]
        public async Task The_answer_comes_on_the_card_that_was_thinking(Engine engine)
        {
            await using var scene = await Scene.StartAsync(Options(engine, Flow.Redirect));
            var ava = scene.Ava;
            await scene.GrantAsync(ava, Scene.AiScopes);
            var question = ava.Write("Will this be answered?");
            await ava.ReplyAsync(question, "Thinking");
            await Eventually.TrueAsync("the AI being at work", () => scene.Runs == 1);

            await scene.KillAsync();
            await scene.StartServiceAsync();
            await AnsweredOnceAsync(scene, ava, question);
        }
    }

    public sealed class RightAfterTheAck
    {
        [Fact]
        public async Task A_question_that_was_acknowledged_is_not_lost()
        {
            await using var scene = await Scene.StartAsync(Options(Engine.Sqlite, Flow.Device));
            var (message, delivery) = scene.Platform.SendText(scene.Ava.OpenId, "Will this be answered?");
            await scene.Platform.WaitForAsync(() => delivery.Acked, Eventually.Patience);
            await scene.KillAsync();

            await scene.StartServiceAsync();
            await scene.Ava.AgreeAsync(await scene.Ava.AskedAsync());
            await AnsweredOnceAsync(scene, scene.Ava, message);
            Assert.Single(scene.Ava.AuthorizationCards);
        }
    }
}
