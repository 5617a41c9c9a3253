using System.Text.Json;
using LarkService.Events;
using LarkService.Events.Chat;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.UnitTests.Events;

public sealed class ChatTests
{
    private static readonly ChatCommand Auth = new("/auth", "Authorize", "授权", "認可");
    private static readonly ChatCommand Help = new("/help", "Help", "帮助", "ヘルプ");
    private readonly Recorded _auth = new();
    private readonly Recorded _help = new();
    private readonly Recorded _rest = new();

    [Fact]
    public void A_private_message_is_read()
    {
        var message = Read("im-message-receive-p2p-text")!;
        Assert.Equal(
            new IncomingMessage(
                Some.AppId, "om_00000000000000000000000000000001", "oc_00000000000000000000000000000001", false, "ou_00000000000000000000000000000001", "text",
                "transcribe my last meeting 请", DateTimeOffset.FromUnixTimeMilliseconds(1760000000100)),
            message);
    }

    [Fact]
    public void A_message_in_a_group_is_read_without_its_mentions()
    {
        var message = Read("im-message-receive-group-text")!;
        Assert.Equal((true, "status?"), (message.IsGroup, message.Text));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"key":"@_user_1","mentioned_type":"user"}]""")]
    public void What_people_say_in_a_group_without_mentioning_the_bot_is_not_for_it(string mentions)
    {
        var body = System.Text.Json.Nodes.JsonNode.Parse(Fixture.Json("im-message-receive-group-text").GetProperty("event").GetRawText())!;
        body["message"]!["mentions"] = System.Text.Json.Nodes.JsonNode.Parse(mentions);

        Assert.Null(ChatMessages.Read(new LarkEvent(Some.AppId, "e1", "im.message.receive_v1", default, "t", System.Text.Json.JsonSerializer.SerializeToElement(body))));
    }

    [Fact]
    public void A_message_without_text_has_an_empty_one()
    {
        var message = Read("im-message-receive-p2p-audio")!;
        Assert.Equal(("audio", ""), (message.MessageType, message.Text));
    }

    [Theory]
    [InlineData("@_user_1 /auth", "/auth")]
    [InlineData("  /auth  ", "/auth")]
    [InlineData("\u3000/auth now\u3000\u3000", "/auth now")]
    [InlineData("\u200b\ufeff/auth\u200b", "/auth")]
    [InlineData("@_user_10 hi @_user_1", "hi")]
    [InlineData("@_user_2 hi", "@_user_2 hi")]
    [InlineData("", "")]
    [InlineData("@_user_1", "")]
    public void Mentions_and_outer_blanks_are_taken_off(string text, string expected)
    {
        var mentions = JsonElement.Parse("""[{"key":"@_user_1"},{"key":"@_user_10"},{"key":""},{},7]""");
        Assert.Equal(expected, MessageText.Read(JsonSerializer.Serialize(new { text }), mentions));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"text":7}""")]
    [InlineData("""{"text":"\ud800"}""")]
    public void Content_that_cannot_be_read_has_no_text(string? content) => Assert.Equal("", MessageText.Read(content, default));

    [Theory]
    [InlineData("/auth", true)]
    [InlineData("/AUTH please", true)]
    [InlineData("/Auth\u3000please", true)]
    [InlineData("／auth", true)]
    [InlineData("/authorize", false)]
    [InlineData("please /auth", false)]
    [InlineData("/unknown", false)]
    [InlineData("hello", false)]
    [InlineData("", false)]
    public async Task The_first_word_decides_whether_a_message_is_a_command(string text, bool isCommand)
    {
        await SayAsync(text);
        Assert.Equal(isCommand ? [text] : [], _auth.Texts);
        Assert.Equal(isCommand ? [] : [text], _rest.Texts);
        Assert.Empty(_help.Texts);
    }

    [Theory]
    [InlineData("bot")]
    [InlineData("app")]
    [InlineData(null)]
    public async Task What_bots_write_is_left_alone(string? sender)
    {
        await SayAsync("/auth", sender);
        await SayAsync("hello", sender);
        Assert.Empty(_auth.Texts);
        Assert.Empty(_rest.Texts);
    }

    [Theory]
    [InlineData("auth", "/auth")]
    [InlineData("AUTH", "/AUTH")]
    [InlineData("/auth", "/auth")]
    [InlineData("authorize", "/auth")]
    [InlineData("help", null)]
    [InlineData("unknown", null)]
    [InlineData("", null)]
    public async Task An_entry_of_the_menu_does_what_the_command_of_its_name_does(string key, string? text)
    {
        await ChooseAsync(key);
        Assert.Equal(text is null ? [] : [text], _auth.Texts);
        Assert.Equal(key == "help" ? ["/help"] : [], _help.Texts);
        Assert.Empty(_rest.Texts); // no entry is a question
    }

    [Fact]
    public async Task The_recorded_menu_event_is_understood_and_names_its_person_and_no_chat()
    {
        using var services = Services(fallback: true);
        var received = Assert.IsType<EnvelopeOutcome.Read>(Envelope.Read(Fixture.Bytes("event-bot-menu"), Some.AppId, default)).Event;
        await services.GetRequiredService<EventHandlers>().For(EventTypes.BotMenu).Single().HandleAsync(received, default);

        var message = Assert.Single(_auth.Messages);
        Assert.Equal(("ou_00000000000000000000000000000001", true, false), (message.OpenId, message.IsFromMenu, message.IsGroup));
    }

    [Theory]
    [InlineData("""{"event_key":"auth"}""")]
    [InlineData("""{"event_key":7,"operator":{"operator_id":{"open_id":"ou_1"}}}""")]
    [InlineData("""[]""")]
    public async Task A_menu_event_without_a_person_or_a_key_is_left_alone(string body)
    {
        using var services = Services(fallback: true);
        await services.GetRequiredService<EventHandlers>().For(EventTypes.BotMenu).Single().HandleAsync(new(Some.AppId, "e1", EventTypes.BotMenu, default, "t", JsonElement.Parse(body)), default);
        Assert.Empty(_auth.Messages);
    }

    [Fact]
    public async Task Without_a_handler_for_the_rest_only_commands_are_answered()
    {
        await SayAsync("hello", fallback: false);
        await SayAsync("/help", fallback: false);
        Assert.Equal(["/help"], _help.Texts);
    }

    [Fact]
    public void Help_reads_the_commands_in_their_order()
    {
        using var services = Services(fallback: true);
        Assert.Equal([Auth, Help], services.GetRequiredService<ChatCommands>().All);
    }

    [Fact]
    public void Messages_are_only_stored_when_somebody_answers_them()
    {
        using var silent = new ServiceCollection().Also(s => s.AddEvents()).BuildServiceProvider();
        using var talking = Services(fallback: true);
        Assert.False(silent.GetRequiredService<EventHandlers>().Handles(EventTypes.Message));
        Assert.True(talking.GetRequiredService<EventHandlers>().Handles(EventTypes.Message));
        Assert.Single(talking.GetRequiredService<EventHandlers>().For(EventTypes.Message));
    }

    [Fact]
    public void A_command_has_one_handler() => Assert.Throws<InvalidOperationException>(() => new ChatCommands([new(Auth, typeof(Recorded)), new(Auth, typeof(Recorded))]));

    [Fact]
    public void The_rest_has_one_handler() => Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddEvents().OnMessage<Rest>().OnMessage<Rest>());

    private async Task SayAsync(string text, string? sender = "user", bool fallback = true)
    {
        using var services = Services(fallback);
        var body = JsonSerializer.SerializeToElement(new
        {
            sender = new { sender_id = new { open_id = "ou_1" }, sender_type = sender },
            message = new { message_id = "om_1", chat_id = "oc_1", chat_type = "p2p", message_type = "text", content = JsonSerializer.Serialize(new { text }) },
        });
        await services.GetRequiredService<EventHandlers>().For(EventTypes.Message).Single()
            .HandleAsync(new(Some.AppId, "e1", EventTypes.Message, default, "t", body), TestContext.Current.CancellationToken);
    }

    private async Task ChooseAsync(string key)
    {
        using var services = Services(fallback: true);
        var body = JsonSerializer.SerializeToElement(new { @operator = new { operator_id = new { open_id = "ou_1" } }, event_key = key, timestamp = 1760000004 });
        await services.GetRequiredService<EventHandlers>().For(EventTypes.BotMenu).Single().HandleAsync(new(Some.AppId, "e1", EventTypes.BotMenu, default, "t", body), default);
    }

    private ServiceProvider Services(bool fallback)
    {
        var services = new ServiceCollection();
        services.AddSingleton(new AuthHandler(_auth)).AddSingleton(new HelpHandler(_help)).AddSingleton(new Rest(_rest));
        var builder = services.AddEvents().OnCommand<AuthHandler>(Auth).OnCommand<HelpHandler>(Help);
        _ = fallback ? builder.OnMessage<Rest>() : builder;
        return services.BuildServiceProvider();
    }

    private static IncomingMessage? Read(string fixture) => ChatMessages.Read(
        Assert.IsType<EnvelopeOutcome.Read>(Envelope.Read(Fixture.Bytes(fixture), Some.AppId, default)).Event);

    private sealed class Recorded
    {
        public List<IncomingMessage> Messages { get; } = [];

        public List<string> Texts => [.. Messages.Select(m => m.Text)];
    }

    private sealed class AuthHandler(Recorded recorded) : IChatHandler
    {
        public Task HandleAsync(IncomingMessage message, CancellationToken ct) => Task.Run(() => recorded.Messages.Add(message), ct);
    }

    private sealed class HelpHandler(Recorded recorded) : IChatHandler
    {
        public Task HandleAsync(IncomingMessage message, CancellationToken ct) => Task.Run(() => recorded.Messages.Add(message), ct);
    }

    private sealed class Rest(Recorded recorded) : IChatHandler
    {
        public Task HandleAsync(IncomingMessage message, CancellationToken ct) => Task.Run(() => recorded.Messages.Add(message), ct);
    }
}
