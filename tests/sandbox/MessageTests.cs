using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

public sealed class MessageTests : SandboxTest
{
    private const string Messages = "/open-apis/im/v1/messages";

    private protected override SandboxOptions Options { get; } = new() { AckDeadline = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task A_card_reaches_the_persons_chat_and_keeps_its_history_when_patched()
    {
        var sent = await SendCardAsync(LiLei.OpenId);
        Assert.Equal(200, sent.Status);
        Assert.Equal(LiLei.ChatId, sent.Data["chat_id"]!.ToString());
        Assert.Equal("app", sent.Data["sender"]!["sender_type"]!.ToString());

        var patched = await PatchAsync(Id(sent), Card("new"));

        Assert.Equal(0, patched.Code);
        Assert.Equal("ok", patched.Body["msg"]!.ToString());
        Assert.Empty(patched.Data.AsObject());
        var message = Platform.FindMessage(Id(sent))!;
        Assert.Equal(["sent", "patch"], message.Versions.Select(v => v.How));
        Assert.True(message.Updated);
    }

    [Fact]
    public async Task The_same_uuid_within_an_hour_sends_one_message()
    {
        var first = await SendCardAsync(LiLei.OpenId, uuid: "u-1");
        var again = await SendCardAsync(LiLei.OpenId, uuid: "u-1");
        Assert.Equal(Id(first), Id(again));
        Assert.Equal(1, Platform.MessagesSentByBot);

        Clock.Advance(TimeSpan.FromHours(1));
        Assert.NotEqual(Id(first), Id(await SendCardAsync(LiLei.OpenId, uuid: "u-1")));
        Assert.Equal(230001, (await SendCardAsync(LiLei.OpenId, uuid: new string('u', 51))).Code);
    }

    [Fact]
    public async Task Content_is_a_string_of_json_within_its_limits()
    {
        var token = await TenantTokenAsync();
        Task<Reply> Send(string type, JsonNode? content) => PostAsync($"{Messages}?receive_id_type=open_id", new JsonObject { ["receive_id"] = Ava.OpenId, ["msg_type"] = type, ["content"] = content }, token);

        Assert.Equal(230001, (await Send("text", new JsonObject { ["text"] = "x" })).Code);
        Assert.Equal(230001, (await Send("text", "plain")).Code);
        Assert.Equal(230025, (await Send("text", $"{{\"text\":\"{new string('x', 150 * 1024)}\"}}")).Code);
        Assert.Equal(230025, (await Send("interactive", Card(new string('x', 30 * 1024)).ToJsonString())).Code);
        var bad = await Send("interactive", "{\"schema\":\"2.0\",\"bodyy\":{}}");
        Assert.Equal((400, 230099L), (bad.Status, bad.Code));
        Assert.Contains("ErrCode: 200621;", bad.Body["msg"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, (await Send("text", "{\"text\":\"hello\"}")).Code);
    }

    [Fact]
    public async Task A_receiver_must_exist()
    {
        Assert.Equal(99992351, (await SendCardAsync("ou_nobody")).Code);
        Assert.Equal(230034, (await SendCardAsync("oc_nowhere", idType: "chat_id")).Code);
        Assert.Equal(230001, (await SendCardAsync(LiLei.OpenId, idType: "phone")).Code);
    }

    [Fact]
    public async Task A_reply_stands_in_the_chat_of_its_parent()
    {
        var (message, _) = Platform.SendText(Ava.OpenId, "hi");
        var reply = await PostAsync($"{Messages}/{message.MessageId}/reply", new JsonObject { ["msg_type"] = "text", ["content"] = "{\"text\":\"hello\"}" }, await TenantTokenAsync());

        Assert.Equal(message.MessageId, reply.Data["parent_id"]!.ToString());
        Assert.Equal(Ava.ChatId, reply.Data["chat_id"]!.ToString());
    }

    [Fact]
    public async Task A_patch_needs_the_sender_a_card_and_fourteen_days()
    {
        var sent = await SendCardAsync(LiLei.OpenId);
        var user = Platform.Grant(LiLei.OpenId, "im:message").Access.Value;
        Assert.Equal(230027, (await CallAsync(HttpMethod.Patch, $"{Messages}/{Id(sent)}", Content(Card("x")), user)).Code);
        Assert.Equal(230099, (await PatchAsync(Id(sent), new JsonObject { ["schema"] = "2.0" })).Code);
        Assert.Equal(230099, (await PatchAsync(Id(sent), Fixture.Read("card-authorization-v1.json").AsObject())).Code);
        Assert.Equal(230027, (await PatchAsync(Platform.SendText(LiLei.OpenId, "mine").Message.MessageId, Card("x"))).Code);

        Clock.Advance(TimeSpan.FromDays(14.01));
        var late = await PatchAsync(Id(sent), Card("late"));
        Assert.Equal((400, 230031L), (late.Status, late.Code));
    }

    [Fact]
    public async Task An_old_card_is_patched_only_when_it_is_shared()
    {
        var exclusive = Fixture.Read("card-authorization-v1.json").AsObject();
        exclusive["config"]!["update_multi"] = false;
        var sent = await SendCardAsync(LiLei.OpenId, card: exclusive);

        Assert.Equal(230001, (await PatchAsync(Id(sent), Fixture.Read("card-authorization-v1.json").AsObject())).Code);
    }

    [Fact]
    public async Task Five_patches_a_second_and_five_messages_a_second_are_enough()
    {
        var sent = await SendCardAsync(LiLei.OpenId);
        var patches = await Task.WhenAll(Enumerable.Range(0, 7).Select(n => PatchAsync(Id(sent), Card($"{n}"))));
        Assert.Equal(2, patches.Count(p => p.Code == 230020));

        var messages = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => SendCardAsync(Ava.OpenId)));
        Assert.Equal(2, messages.Count(p => p.Code == 230020));
    }

    [Fact]
    public async Task A_recalled_message_is_gone_for_good()
    {
        var sent = await SendCardAsync(LiLei.OpenId);
        Assert.Equal(0, (await CallAsync(HttpMethod.Delete, $"{Messages}/{Id(sent)}", bearer: await TenantTokenAsync())).Code);

        Assert.Equal(230011, (await PatchAsync(Id(sent), Card("x"))).Code);
        Assert.Equal(230011, (await CallAsync(HttpMethod.Delete, $"{Messages}/{Id(sent)}", bearer: await TenantTokenAsync())).Code);
    }

    [Fact]
    public async Task A_card_for_one_person_lives_in_groups_only_and_cannot_be_patched()
    {
        var token = await TenantTokenAsync();
        Task<Reply> Send(string chat, string openId) => PostAsync("/open-apis/ephemeral/v1/send", new JsonObject { ["chat_id"] = chat, ["open_id"] = openId, ["msg_type"] = "interactive", ["card"] = Card("psst") }, token);

        Assert.NotEqual(0, (await Send(LiLei.ChatId, LiLei.OpenId)).Code);
        var sent = await Send(TenantDirectory.GroupChatId, LiLei.OpenId);
        Assert.Equal(0, sent.Code);
        Assert.Equal(230001, (await PatchAsync(Id(sent), Card("x"))).Code);
        Assert.Equal(200080, (await Platform.ClickAsync(Ava.OpenId, Id(sent), new JsonObject { ["step"] = 1 })).Error!.Code);
        Assert.Equal(0, (await PostAsync("/open-apis/ephemeral/v1/delete", new JsonObject { ["message_id"] = Id(sent) }, token)).Code);
    }

    [Fact]
    public async Task A_click_is_answered_with_a_toast_in_the_persons_language_and_a_new_card()
    {
        await using var socket = await OpenAsync();
        var sent = await SendCardAsync(LiLei.OpenId);
        var click = ClickAsync(sent);

        var push = await socket.NextAsync();
        var callback = JsonNode.Parse(push.Payload.ToStringUtf8())!;
        Assert.Equal("card.action.trigger", callback["header"]!["event_type"]!.ToString());
        Assert.Equal(16, callback["header"]!["create_time"]!.ToString().Length);
        Assert.StartsWith("c-", callback["event"]!["token"]!.ToString(), StringComparison.Ordinal);
        await socket.AckAsync(push, data: JsonNode.Parse($$$"""{"toast":{"type":"success","content":"Done","i18n":{"zh_cn":"完成"}},"card":{"type":"raw","data":{{{Card("after").ToJsonString()}}}}}"""));

        var result = await click;
        Assert.Equal(("success", "完成"), (result.Toast!.Type, result.Toast.Content));
        Assert.Equal("callback", Platform.FindMessage(Id(sent))!.Versions[^1].How);
    }

    [Theory]
    [InlineData("ja-JP", "完了")]
    [InlineData("zh-CN", "完成")]
    [InlineData("fr-FR", "Done")]
    public async Task A_client_set_to_another_language_shows_the_toast_in_that_one(string locale, string shown)
    {
        await using var socket = await OpenAsync();
        var sent = await SendCardAsync(LiLei.OpenId);
        var click = PostAsync("/sandbox/api/cards/click", new JsonObject
        {
            ["openId"] = LiLei.OpenId,
            ["messageId"] = Id(sent),
            ["value"] = new JsonObject { ["step"] = 1 },
            ["locale"] = locale,
        });

        await socket.AckAsync(await socket.NextAsync(), data: JsonNode.Parse("""{"toast":{"type":"success","content":"Done","i18n":{"zh_cn":"完成","ja_jp":"完了"}}}"""));

        Assert.Equal(shown, (await click).Body["toast"]!["content"]!.ToString());
    }

    [Theory]
    [InlineData("""{"card":"{}"}""", 200671)]
    [InlineData("""{"card":{"type":"raw","data":"{}"}}""", 200671)]
    [InlineData("\"no card.action.trigger event handle\"", 200672)]
    [InlineData("""{"toast":{"type":"loud","content":"x"}}""", 200672)]
    [InlineData("""{"card":{"type":"raw","data":{"schema":"2.0","body":{"elements":[{"tag":"note"}]}}}}""", 200673)]
    [InlineData("""{"card":{"type":"raw","data":{"elements":[]}}}""", 200830)]
    public async Task A_bad_answer_to_a_click_is_shown_as_the_platform_shows_it(string answer, int code)
    {
        await using var socket = await OpenAsync();
        var click = ClickAsync(await SendCardAsync(LiLei.OpenId));
        await socket.AckAsync(await socket.NextAsync(), data: JsonNode.Parse(answer));

        Assert.Equal(code, (await click).Error!.Code);
    }

    [Fact]
    public async Task A_click_without_answer_fails_once_and_is_never_repeated()
    {
        var sent = await SendCardAsync(LiLei.OpenId);
        Assert.Equal(200345, (await ClickAsync(sent)).Error!.Code);

        await using var socket = await OpenAsync();
        Assert.Equal(200341, (await ClickAsync(sent)).Error!.Code);
        var failing = ClickAsync(sent);
        await socket.NextAsync();
        await socket.AckAsync(await socket.NextAsync(), code: 500);
        Assert.Equal(200671, (await failing).Error!.Code);
        Assert.Equal(2, Platform.Wire.Counters["callback"]);
        Assert.Equal(0, Platform.Wire.Counters["redelivered"]);
    }

    [Fact]
    public async Task The_token_of_a_click_changes_the_card_twice_after_the_answer_within_half_an_hour()
    {
        await using var socket = await OpenAsync();
        var sent = await SendCardAsync(LiLei.OpenId);
        var click = ClickAsync(sent);
        var push = await socket.NextAsync();
        var token = JsonNode.Parse(push.Payload.ToStringUtf8())!["event"]!["token"]!.ToString();

        Assert.NotEqual(0, (await UpdateAsync(token, Card("too early"))).Code);
        await socket.AckAsync(push);
        await click;
        Assert.Equal(11311, (await UpdateAsync(token, new JsonObject { ["schema"] = "2.0" })).Code);
        Assert.Equal(0, (await UpdateAsync(token, Card("one"))).Code);
        Assert.Equal(0, (await UpdateAsync(token, Card("two"))).Code);
        Assert.Equal(300040, (await UpdateAsync(token, Card("three"))).Code);
        Assert.Equal(300020, (await UpdateAsync("c-unknown", Card("x"))).Code);

        Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(300030, (await UpdateAsync(token, Card("late"))).Code);
    }

    [Fact]
    public async Task Tokens_of_the_wrong_kind_are_told_apart_by_code()
    {
        Assert.Equal((400, 99991661L), Pair(await PostAsync(Messages)));
        Assert.Equal((400, 99991663L), Pair(await PostAsync(Messages, bearer: "t-unknown")));
        Assert.Equal((400, 99991671L), Pair(await PostAsync(Messages, bearer: "nonsense")));
        Assert.Equal((400, 99991668L), Pair(await PostAsync(Messages, bearer: "eyJ.unknown")));
        var user = Platform.Grant(LiLei.OpenId, "im:message").Access.Value;
        Assert.Equal((400, 99991679L), Pair(await PostAsync(Messages, bearer: user)));
        var wrongKind = await PostAsync("/open-apis/interactive/v1/card/update", bearer: user);
        Assert.Equal("user access token not support", wrongKind.Body["msg"]!.ToString());
        Assert.Equal((404, 99991201L), Pair(await PostAsync("/open-apis/no/such/path", bearer: user)));
    }

    private static (int, long?) Pair(Reply reply) => (reply.Status, reply.Code);

    private static string Id(Reply sent) => sent.Data["message_id"]!.ToString();

    private static JsonObject Card(string text) => JsonNode.Parse(
        $$$"""{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"{{{text}}}"},{"tag":"button","text":{"tag":"plain_text","content":"Go"},"behaviors":[{"type":"callback","value":{"step":1}}]}]}}""")!.AsObject();

    private static JsonObject Content(JsonObject card) => new() { ["content"] = card.ToJsonString() };

    private async Task<Reply> SendCardAsync(string to, string idType = "open_id", string? uuid = null, JsonObject? card = null)
    {
        var body = Content(card ?? Card("hello"));
        body["receive_id"] = to;
        body["msg_type"] = "interactive";
        body["uuid"] = uuid;
        return await PostAsync($"{Messages}?receive_id_type={idType}", body, await TenantTokenAsync());
    }

    private async Task<Reply> PatchAsync(string messageId, JsonObject card) => await CallAsync(HttpMethod.Patch, $"{Messages}/{messageId}", Content(card), await TenantTokenAsync());

    private async Task<Reply> UpdateAsync(string token, JsonObject card) =>
        await PostAsync("/open-apis/interactive/v1/card/update", new JsonObject { ["token"] = token, ["card"] = card }, await TenantTokenAsync());

    private Task<Cards.ClickResult> ClickAsync(Reply sent) => Platform.ClickAsync(LiLei.OpenId, Id(sent), new JsonObject { ["step"] = 1 });

    private async Task<TestSocket> OpenAsync()
    {
        var reply = await PostAsync("/callback/ws/endpoint", new JsonObject { ["AppID"] = Options.AppId, ["AppSecret"] = Options.AppSecret });
        var socket = await TestSocket.OpenAsync(reply.Data["URL"]!.ToString());
        await Platform.WaitForAsync(() => Platform.Connections.Open.Count == 1, Patience);
        return socket;
    }
}
