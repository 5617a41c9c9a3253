using LarkService.Apaas.Ai;
using LarkService.Events.Chat;
using LarkService.Messaging;
using LarkService.OnBehalfOf;
using LarkService.UnitTests.Messaging;

namespace LarkService.UnitTests.Apaas.Ai;

public sealed class ConversationTests : IDisposable
{
    private readonly AiScene _scene = new();
    private readonly KeptCalls _calls = new();

    [Fact]
    public async Task A_text_becomes_a_call_on_the_users_behalf()
    {
        await SayAsync("What is it?");

        var call = Assert.Single(_calls.All);
        Assert.Equal(("ai:om_q1", AnswerQuestion.KindName, AiScene.User), (call.Id, call.Kind, call.User));
        Assert.Equal(new Question("om_q1", "oc_1", false, "What is it?"), Question.FromPayload(call.Payload));
        Assert.Equal(AilyScopes.All, call.Scopes);
        Assert.Equal(new ConsentPlace(AiWords.ConsentReason.En, AiWords.ConsentReason.Zh, AiWords.ConsentReason.Ja, "oc_1", false, true), call.Place);
        Assert.Empty(_scene.Chat.Cards);
    }

    [Theory]
    [InlineData("image", "", "only read text")]
    [InlineData("text", "", "holds no text")]
    [InlineData("text", " \n\t\u3000", "holds no text")]
    [InlineData("text", "/frobnicate now", "**/frobnicate**")]
    public async Task What_cannot_be_a_question_gets_a_friendly_word(string type, string text, string words)
    {
        await SayAsync(text, type);

        Assert.Empty(_calls.All);
        Assert.Contains(words, _scene.Chat.Text, StringComparison.Ordinal);
        Assert.Equal("om_q1", _scene.Chat.Cards[0].RepliesTo);
    }

    [Theory]
    [InlineData("/etc/hosts is what?")]
    [InlineData("/ what is this sign called?")]
    [InlineData("a /help")]
    public async Task A_slash_alone_makes_no_command(string text)
    {
        await SayAsync(text);

        Assert.Single(_calls.All);
    }

    [Fact]
    public async Task A_text_at_the_limit_is_asked_and_a_longer_one_is_told_the_limit()
    {
        await SayAsync(new string('x', AilyLimits.MaxMessageChars));
        Assert.Single(_calls.All);

        await SayAsync(new string('字', 150 * 1024 / 3 + 20_000));

        Assert.Single(_calls.All);
        Assert.Contains("61,440", _scene.Chat.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_without_AI_says_who_can_help()
    {
        await SayAsync("hi", ailyAppId: null);

        Assert.Contains("administrator", _scene.Chat.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_answered_once()
    {
        await SayAsync("");
        await SayAsync("");

        Assert.Single(_scene.Chat.Cards);
    }

    [Fact]
    public async Task A_message_that_is_gone_needs_no_answer()
    {
        _scene.Chat.Refuse = (_, _) => MessageErrors.Recalled;

        await SayAsync("");

        Assert.Empty(_scene.Chat.Cards);
    }

    [Fact]
    public async Task Help_lists_every_command_in_both_languages()
    {
        var help = new Help(new ChatCommands([new(new("/help", "what I can do", "我能做什么", "できること"), typeof(Help)), new(new("/auth", "give consent", "授权", "認可"), typeof(Conversation))]), _scene.Replies);

        await help.HandleAsync(Message("/help"), default);

        Assert.Contains("**/help**  what I can do\n**/auth**  give consent", _scene.Chat.Text, StringComparison.Ordinal);
        Assert.Contains("**/auth**  授权", (string?)_scene.Chat.Cards[0].Card["body"]!["elements"]![2]!["i18n_content"]!["zh_cn"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_without_commands_says_what_the_bot_is_for()
    {
        await new Help(new ChatCommands([]), _scene.Replies).HandleAsync(Message("/help"), default);

        Assert.Equal(AiWords.Purpose.En, _scene.Chat.Text);
    }

    public void Dispose() => _scene.Dispose();

    private Task SayAsync(string text, string type = "text", string? ailyAppId = "spring_1__c") =>
        new Conversation(_calls, _scene.Replies, AiScene.Apps(ailyAppId)).HandleAsync(Message(text, type), default);

    private static IncomingMessage Message(string text, string type = "text") =>
        new(RecordedPlatform.AppId, "om_q1", "oc_1", false, "ou_1", type, text, DateTimeOffset.UnixEpoch);

    private sealed class KeptCalls : IParkedCalls
    {
        public List<NewCall> All { get; } = [];

        public Task RunOrParkAsync(NewCall work, CancellationToken ct)
        {
            All.Add(work);
            return Task.CompletedTask;
        }
    }
}
