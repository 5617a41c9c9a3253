using System.Text.Json.Nodes;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Messaging;

public sealed class MessageClientTests
{
    private static readonly Card Hi = new() { Elements = [new Markdown(LocalizedText.Same("hi"))] };
    private readonly RecordedPlatform _platform = new();
    private readonly MessageClient _messages;

    public MessageClientTests() => _messages = _platform.Messages();

    [Fact]
    public async Task A_card_goes_to_a_person_as_text_with_its_uuid()
    {
        var sent = await _messages.SendCardAsync(RecordedPlatform.AppId, Receiver.User("ou_1"), Hi, "u-1", default);

        Assert.Equal(new SentMessage("om_1", "oc_1"), sent);
        var call = Only("POST", "/open-apis/im/v1/messages?receive_id_type=open_id");
        Assert.Equal("Bearer t-1", call.Authorization);
        Is(new JsonObject { ["receive_id"] = "ou_1", ["msg_type"] = "interactive", ["content"] = Hi.ToJsonString(), ["uuid"] = "u-1" }, call.Body);
    }

    [Fact]
    public async Task A_text_goes_to_a_chat()
    {
        await _messages.SendTextAsync(RecordedPlatform.AppId, Receiver.Chat("oc_9"), "say \"hi\"", "u-2", default);

        var call = Only("POST", "/open-apis/im/v1/messages?receive_id_type=chat_id");
        Assert.Equal("""{"text":"say \"hi\""}""", (string?)call.Body!["content"]);
    }

    [Fact]
    public async Task A_reply_names_the_message_it_answers()
    {
        await _messages.ReplyCardAsync(RecordedPlatform.AppId, "om_q", Hi, "u-3", default);

        Is(new JsonObject { ["msg_type"] = "interactive", ["content"] = Hi.ToJsonString(), ["uuid"] = "u-3" }, Only("POST", "/open-apis/im/v1/messages/om_q/reply").Body);
    }

    [Fact]
    public async Task A_card_is_changed_with_its_whole_new_text()
    {
        _platform.Answer = _ => (200, """{"code":0,"msg":"ok","data":{}}""");

        await _messages.PatchCardAsync(RecordedPlatform.AppId, "om_c", Hi, default);

        Is(new JsonObject { ["content"] = Hi.ToJsonString() }, Only("PATCH", "/open-apis/im/v1/messages/om_c").Body);
    }

    [Fact]
    public async Task A_card_for_one_member_of_a_group_is_sent_as_an_object_and_can_be_taken_away()
    {
        _platform.Answer = _ => (200, """{"code":0,"data":{"message_id":"om_e"}}""");

        var sent = await _messages.SendOnlyVisibleToAsync(RecordedPlatform.AppId, "oc_1", "ou_1", Hi, default);
        await _messages.DeleteOnlyVisibleAsync(RecordedPlatform.AppId, sent.MessageId, default);

        Assert.Equal(new SentMessage("om_e", "oc_1"), sent);
        Is(new JsonObject { ["chat_id"] = "oc_1", ["open_id"] = "ou_1", ["msg_type"] = "interactive", ["card"] = Hi.ToJson() }, _platform.Calls[0].Body);
        Assert.Equal("/open-apis/ephemeral/v1/delete", _platform.Calls[1].Path);
        Is(new JsonObject { ["message_id"] = "om_e" }, _platform.Calls[1].Body);
    }

    [Fact]
    public async Task A_clicks_token_buys_a_change_of_the_card()
    {
        _platform.Answer = _ => (200, """{"code":0,"msg":"ok"}""");

        await _messages.UpdateByTokenAsync(RecordedPlatform.AppId, new Secret("c-1"), Hi.ToJson(), default);

        Is(new JsonObject { ["token"] = "c-1", ["card"] = Hi.ToJson() }, Only("POST", "/open-apis/interactive/v1/card/update").Body);
    }

    [Fact]
    public async Task A_refusal_carries_the_platforms_code()
    {
        _platform.Answer = _ => (400, """{"code":230031,"msg":"Message can only be modified within 14 days after sending."}""");

        var refused = await Assert.ThrowsAsync<PlatformException>(() => _messages.PatchCardAsync(RecordedPlatform.AppId, "om_c", Hi, default));

        Assert.Equal(MessageErrors.TooOld, refused.Error.Code);
    }

    [Fact]
    public async Task An_answer_that_names_no_message_is_no_fault()
    {
        _platform.Answer = _ => (200, """{"code":0,"msg":"success"}""");

        Assert.Equal(new SentMessage("", ""), await _messages.ReplyCardAsync(RecordedPlatform.AppId, "om_q", Hi, "u", default));
    }

    [Fact]
    public async Task A_uuid_that_is_too_long_is_never_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _messages.SendCardAsync(RecordedPlatform.AppId, Receiver.User("ou_1"), Hi, new string('u', 51), default));
        Assert.Empty(_platform.Calls);
    }

    [Fact]
    public void A_derived_uuid_is_the_same_again_and_another_for_another_purpose()
    {
        Assert.Equal(MessageUuid.For("thinking", "om_1"), MessageUuid.For("thinking", "om_1"));
        Assert.NotEqual(MessageUuid.For("thinking", "om_1"), MessageUuid.For("answer", "om_1"));
        Assert.InRange(MessageUuid.For("thinking", new string('x', 500)).Length, 1, MessageUuid.MaxChars);
    }

    private RecordedPlatform.Call Only(string method, string path)
    {
        var call = Assert.Single(_platform.Calls);
        Assert.Equal((method, path), (call.Method.Method, call.Path));
        return call;
    }

    private static void Is(JsonObject expected, JsonObject? actual) => Assert.True(JsonNode.DeepEquals(expected, actual), actual?.ToJsonString());
}
