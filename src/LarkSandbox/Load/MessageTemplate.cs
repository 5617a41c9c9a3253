using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Load;

/// <summary>
/// One message event as bytes, written once; every event is a copy with its own ids put in. Building each from JSON would cost
/// more than pushing it.
/// </summary>
internal sealed class MessageTemplate
{
    private const int IdLength = 32;
    private const string Event = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
    private const string Message = "dddddddddddddddddddddddddddddddd";
    private const string Chat = "cccccccccccccccccccccccccccccccc";

    private readonly string _run = Ids.Hex(8);
    private readonly byte[] _bytes;
    private readonly int _event;
    private readonly int _message;
    private readonly int _chat;
    private readonly int _chats;

    public MessageTemplate(Envelopes envelopes, DemoUser sender, int size, int chats, DateTimeOffset now)
    {
        var bare = Write(envelopes, sender, "", now);
        _bytes = Write(envelopes, sender, new string('x', Math.Max(0, size - bare.Length)), now);
        (_event, _message, _chat) = (Find(Event), Find(Message), Find(Chat));
        _chats = chats;
    }

    /// <summary>The number-th event: ids nobody else has, and the next chat in turn.</summary>
    public byte[] Make(int number)
    {
        var made = _bytes.ToArray();
        PutId(made, _event, number);
        PutId(made, _message, number);
        PutNumber(made.AsSpan(_chat + IdLength - 8, 8), number % _chats);
        return made;
    }

    private static byte[] Write(Envelopes envelopes, DemoUser sender, string text, DateTimeOffset now)
    {
        var envelope = envelopes.MessageReceived(
            sender,
            new() { MessageId = "om_" + Message, ChatId = "oc_" + Chat, SenderOpenId = sender.OpenId, MsgType = "text", Content = Json.Write(new JsonObject { ["text"] = text }), CreatedAt = now },
            group: false);
        envelope["header"]!["event_id"] = Event;
        envelope["event"]!["message"]!["chat_type"] = "group"; // and nobody mentioned
        return Encoding.UTF8.GetBytes(Json.Write(envelope));
    }

    private int Find(string mark) => _bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark));

    private void PutId(byte[] bytes, int at, int number)
    {
        Encoding.ASCII.GetBytes(_run, bytes.AsSpan(at, 16));
        bytes.AsSpan(at + 16, 8).Fill((byte)'0');
        PutNumber(bytes.AsSpan(at + 24, 8), number);
    }

    private static void PutNumber(Span<byte> to, int number) => Utf8Formatter.TryFormat(number, to, out _, new('x', 8));
}
