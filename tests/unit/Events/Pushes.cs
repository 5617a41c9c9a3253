using System.Text;
using System.Text.Json;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events;

/// <summary>Pushes of which a test states only what matters.</summary>
internal static class Pushes
{
    public const string Type = "test.happened_v1";

    public static LarkPayload Fixture(string name, ManualTime clock) => Of(Support.Fixture.Bytes(name), clock);

    public static LarkPayload Of(byte[] json, ManualTime clock) => new(Some.AppId, "msg", json, clock.GetTimestamp());

    public static LarkPayload Of(string json, ManualTime clock) => Of(Encoding.UTF8.GetBytes(json), clock);

    public static LarkPayload Event(string id, ManualTime clock, string type = Type, object? body = null, string tenant = "t") => Of(
        JsonSerializer.Serialize(new { schema = "2.0", header = new { event_id = id, event_type = type, create_time = "1760000000123", app_id = Some.AppId, tenant_key = tenant }, @event = body ?? new { } }),
        clock);

    /// <summary>An event in a chat: these stay in order.</summary>
    public static LarkPayload InChat(string id, string chat, ManualTime clock) => Event(id, clock, body: new { chat_id = chat });

    public static LarkPayload Click(string id, object? value, ManualTime clock, string message = "om_1", string person = "ou_1", string tenant = "t") => Event(
        id,
        clock,
        "card.action.trigger",
        new { @operator = new { open_id = person }, token = "c-1", action = new { value, tag = "button" }, context = new { open_message_id = message, open_chat_id = "oc_1" } },
        tenant);
}
