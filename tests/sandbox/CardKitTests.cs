using System.Text.Json.Nodes;

namespace LarkSandbox.Tests;

/// <summary>Cards with an id of their own, and text that grows on them.</summary>
public sealed class CardKitTests : SandboxTest
{
    private const string Cards = "/open-apis/cardkit/v1/cards";
    private string _token = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _token = await TenantTokenAsync();
    }

    [Fact]
    public async Task Text_grows_on_the_card_that_was_sent_until_it_is_replaced()
    {
        var card = await CreateAsync();
        Assert.Equal(0, (await TextAsync(card, "before it is sent", 1)).Code);
        var message = await SendAsync(card);
        Assert.Equal("before it is sent", Text(message));

        Assert.Equal(0, (await TextAsync(card, "We", 5)).Code);
        Assert.Equal(0, (await TextAsync(card, "We ship", 6)).Code);
        Assert.Equal("We ship", Text(message));
        Assert.Equal(0, (await PutAsync(card, Card("We ship on Friday", streams: false), 7)).Code);

        Assert.Equal("We ship on Friday", Text(message));
        Assert.Equal(["sent", "cardkit", "cardkit", "cardkit"], Platform.FindMessage(message)!.Versions.Select(v => v.How));
        Assert.Equal(300309, (await TextAsync(card, "more", 8)).Code);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public async Task A_number_that_does_not_grow_is_refused(int sequence)
    {
        var card = await CreateAsync();
        await TextAsync(card, "We", 5);

        Assert.Equal((400, (long?)300317), await RefusedAsync(TextAsync(card, "They", sequence)));
        Assert.Equal((400, (long?)300317), await RefusedAsync(PutAsync(card, Card("They"), sequence)));
    }

    [Fact]
    public async Task Settings_switch_the_growing_off_and_on_and_ten_minutes_end_it()
    {
        var card = await CreateAsync();
        Assert.Equal(0, (await SettingsAsync(card, false, 1)).Code);
        Assert.Equal(300309, (await TextAsync(card, "We", 2)).Code);
        Assert.Equal(0, (await SettingsAsync(card, true, 3)).Code);
        Assert.Equal(0, (await TextAsync(card, "We", 4)).Code);

        Clock.Advance(TimeSpan.FromMinutes(10.1));
        Assert.Equal(200850, (await TextAsync(card, "We ship", 5)).Code);
        Assert.Equal(0, (await PutAsync(card, Card("We ship", streams: false), 6)).Code);
        Clock.Advance(TimeSpan.FromDays(14));
        _token = await TenantTokenAsync();
        Assert.Equal(200750, (await PutAsync(card, Card("late"), 7)).Code);
    }

    [Fact]
    public async Task What_is_no_card_or_no_text_is_refused()
    {
        var card = await CreateAsync();

        Assert.Equal(10002, (await PostAsync(Cards, new JsonObject { ["type"] = "template", ["data"] = "{}" }, _token)).Code);
        Assert.Equal(300303, (await MakeAsync(new JsonObject { ["elements"] = new JsonArray() })).Code);
        Assert.Equal(200220, (await MakeAsync(new JsonObject { ["schema"] = "2.0", ["bodyy"] = new JsonObject() })).Code);
        Assert.Equal(200860, (await MakeAsync(Card(new string('x', 30 * 1024)))).Code);
        Assert.Equal(200860, (await TextAsync(card, new string('x', 30 * 1024), 1)).Code);
        Assert.Equal(10002, (await TextAsync(card, "", 1)).Code);
        Assert.Equal(10002, (await TextAsync(card, "x", 0)).Code);
        Assert.Equal(300313, (await TextAsync(card, "x", 1, "nobody")).Code);
        Assert.Equal(300310, (await TextAsync(card, "x", 1, "line")).Code);
        Assert.Equal(200740, (await TextAsync("123", "x", 1)).Code);
        Assert.Equal(99991668, (await PostAsync(Cards, new JsonObject(), Platform.Grant(Ava.OpenId, "cardkit:card:write").Access.Value)).Code);
        Platform.AppScopes.Disable("cardkit:card:write");
        Assert.Equal(99991672, (await MakeAsync(Card("x"))).Code);
    }

    [Fact]
    public async Task A_card_is_sent_once_and_changed_ten_times_a_second()
    {
        var card = await CreateAsync();
        await SendAsync(card);

        Assert.Equal(230099, (await SendReplyAsync(card)).Code);
        Assert.Equal(230099, (await SendReplyAsync("123")).Code);
        var codes = new List<long?>();
        for (var i = 1; i <= 30; i++)
        {
            codes.Add((await TextAsync(card, $"{i}", i)).Code);
        }

        Assert.Contains(99991400, codes);
        Assert.InRange(codes.Count(c => c == 0), 10, 29);
    }

    private static JsonObject Card(string text, bool streams = true) => new()
    {
        ["schema"] = "2.0",
        ["config"] = new JsonObject { ["streaming_mode"] = streams },
        ["body"] = new JsonObject
        {
            ["elements"] = new JsonArray(
                new JsonObject { ["tag"] = "column_set", ["columns"] = new JsonArray(new JsonObject { ["tag"] = "column", ["elements"] = new JsonArray(new JsonObject { ["tag"] = "markdown", ["element_id"] = "answer", ["content"] = text }) }) },
                new JsonObject { ["tag"] = "hr", ["element_id"] = "line" }),
        },
    };

    private static async Task<(int, long?)> RefusedAsync(Task<Reply> call) => ((await call).Status, (await call).Code);

    private async Task<string> CreateAsync() => (await MakeAsync(Card("…"))).Data["card_id"]!.ToString();

    private Task<Reply> MakeAsync(JsonObject card) => PostAsync(Cards, new JsonObject { ["type"] = "card_json", ["data"] = card.ToJsonString() }, _token);

    private Task<Reply> TextAsync(string card, string text, int sequence, string element = "answer") =>
        CallAsync(HttpMethod.Put, $"{Cards}/{card}/elements/{element}/content", new JsonObject { ["content"] = text, ["sequence"] = sequence }, _token);

    private Task<Reply> PutAsync(string card, JsonObject json, int sequence) =>
        CallAsync(HttpMethod.Put, $"{Cards}/{card}", new JsonObject { ["card"] = new JsonObject { ["type"] = "card_json", ["data"] = json.ToJsonString() }, ["sequence"] = sequence }, _token);

    private Task<Reply> SettingsAsync(string card, bool streams, int sequence) => CallAsync(
        HttpMethod.Patch, $"{Cards}/{card}/settings", new JsonObject { ["settings"] = new JsonObject { ["config"] = new JsonObject { ["streaming_mode"] = streams } }.ToJsonString(), ["sequence"] = sequence }, _token);

    private Task<Reply> SendReplyAsync(string card) => PostAsync("/open-apis/im/v1/messages?receive_id_type=open_id", new JsonObject
    {
        ["receive_id"] = Ava.OpenId,
        ["msg_type"] = "interactive",
        ["content"] = new JsonObject { ["type"] = "card", ["data"] = new JsonObject { ["card_id"] = card } }.ToJsonString(),
    }, _token);

    private async Task<string> SendAsync(string card) => (await SendReplyAsync(card)).Data["message_id"]!.ToString();

    private string Text(string messageId) => Platform.FindMessage(messageId)!.Card!["body"]!["elements"]![0]!["columns"]![0]!["elements"]![0]!["content"]!.ToString();
}
